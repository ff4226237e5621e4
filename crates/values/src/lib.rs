//! Values parsed once and then carried as types: ids, phones, e-mail addresses, money, time.
