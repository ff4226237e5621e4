//! The events of an import's life.

custos_kernel::events! {
    /// Its owner started it.
    START = "import.start", Part;
    /// Its owner asked it to stop.
    CANCEL = "import.cancel", Part;
    /// Its owner let it go on.
    RESUME = "import.resume", Part;
    /// A batch was written that changed no customer.
    PROGRESS = "import.progress", Part;
    /// It came to the end of the file.
    FINISH = "import.finish", Part;
    /// It stopped because it was asked to.
    STOP = "import.stop", Part;
    /// The file cannot be read on.
    FAIL = "import.fail", Part;
    /// The server stopped it.
    INTERRUPT = "import.interrupt", Part;
    /// Its file was removed because of its age.
    PURGE = "import.purge", Part;
}
