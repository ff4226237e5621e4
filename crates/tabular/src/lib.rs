//! Reads and writes tables people send: CSV in any usual encoding, and XLSX.
