mod checkpoint;
mod entry;
mod memory_log;
mod proof;
mod tile;
mod tree;
mod verify;
