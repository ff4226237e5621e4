mod checkpoint;
mod entry;
mod evidence;
mod memory_log;
mod proof;
mod tile;
mod tree;
mod verify;
