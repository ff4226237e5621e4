//! Reading a table of things that have a state and belong to a person, newest first.

use custos_kernel::policy::Caller;
use custos_store::{ReadTx, Row, StoreError, Value};
use custos_values::UserId;

/// Which rows.
pub(crate) struct Wanted<'a> {
    /// The statement up to its condition, such as `SELECT id FROM approval`.
    pub(crate) select: &'a str,
    /// The column of the person.
    pub(crate) person: &'static str,
    /// Of one person only.
    pub(crate) of: Option<UserId>,
    /// In one of these states: constants of this program.
    pub(crate) states: Vec<&'static str>,
    /// Only those before this one.
    pub(crate) before: Option<[u8; 16]>,
    /// Most rows.
    pub(crate) limit: usize,
}

impl Wanted<'_> {
    /// The rows.
    pub(crate) async fn read(
        self,
        tx: &mut ReadTx,
        caller: &Caller,
    ) -> Result<Vec<Row>, StoreError> {
        let states: Vec<String> = self.states.iter().map(|it| format!("'{it}'")).collect();
        let mut sql = format!(
            "{} WHERE org_id = $1 AND state IN ({})",
            self.select,
            states.join(", ")
        );
        let mut values = Vec::new();
        if let Some(user) = self.of {
            values.push(Value::from(user));
            sql.push_str(&format!(" AND {} = ${}", self.person, values.len() + 1));
        }
        if let Some(id) = self.before {
            values.push(Value::from(&id));
            sql.push_str(&format!(" AND id < ${}", values.len() + 1));
        }
        sql.push_str(&format!(" ORDER BY id DESC LIMIT {}", self.limit));
        tx.lookup(caller, &sql, &values).await
    }
}
