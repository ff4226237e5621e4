//! The index over sealed fields: lives in memory only, answers substring, pinyin, sort and filter.
