//! The two database engines behind one interface: transactions, migrations, audit in the same commit.
