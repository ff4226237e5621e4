//! Has SQLCipher's ciphers linked into the binary.
//!
//! The crate that compiles SQLCipher asks the linker for libcrypto in general, which prefers the shared library. A
//! folder that holds the archive and nothing else, searched before those of the system, leaves it no choice: the binary
//! then runs on a machine without OpenSSL, and with the OpenSSL it was tested with.

#![allow(clippy::print_stdout, reason = "this is how a build script speaks")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

const ARCHIVE: &str = "libcrypto.a";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    for variable in ["CC", "OPENSSL_DIR", "OPENSSL_LIB_DIR"] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    let is = |variable: &str, wanted: &str| env::var(variable).is_ok_and(|value| value == wanted);
    let here = env::var_os("HOST") == env::var_os("TARGET");
    if !here || !is("CARGO_CFG_TARGET_OS", "linux") {
        return Ok(());
    }
    let Some(archive) = chosen().or_else(of_the_system) else {
        println!(
            "cargo:warning=there is no {ARCHIVE}: the binary will need the libcrypto of the machine it runs on"
        );
        return Ok(());
    };
    println!("cargo:rerun-if-changed={}", archive.display());
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("libcrypto");
    let link = folder.join(ARCHIVE);
    fs::create_dir_all(&folder)?;
    if let Err(error) = fs::remove_file(&link)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(&archive, &link)?;
    println!("cargo:rustc-link-search=native={}", folder.display());
    Ok(())
}

/// The archive of an OpenSSL that was chosen by the variables SQLCipher's build listens to.
fn chosen() -> Option<PathBuf> {
    let folder = |variable| env::var_os(variable).map(PathBuf::from);
    let folders = match folder("OPENSSL_LIB_DIR") {
        Some(given) => vec![given],
        None => {
            let given = folder("OPENSSL_DIR")?;
            vec![given.join("lib64"), given.join("lib")]
        }
    };
    folders
        .into_iter()
        .map(|folder| folder.join(ARCHIVE))
        .find(|archive| archive.is_file())
}

/// The archive the linker would find.
fn of_the_system() -> Option<PathBuf> {
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let told = Command::new(compiler)
        .arg(format!("-print-file-name={ARCHIVE}"))
        .output()
        .ok()?;
    // A name without a folder means that there is none.
    let told = String::from_utf8(told.stdout).ok()?;
    let path = Path::new(told.trim());
    (path.is_absolute() && path.is_file()).then(|| path.to_owned())
}
