//! A block device in memory that can be cut off at an instant.
//!
//! ```text
//! ext4 on /dev/loopN on a memfd     F_SEAL_WRITE on the memfd: every later write fails, none is half accepted later
//! ```
//!
//! The loop driver writes into the memory file as the block layer hands it writes, and the kernel checks the seal at
//! each of them (`memfd_create(2)`, `fcntl(2)` with `F_ADD_SEALS`). The page cache of the mounted file system is elsewhere, and
//! never gets there. It knows nothing of the programs that run over it.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

/// Size of a roomy device; its memory is taken as it is written.
pub(super) const ROOMY_BYTES: u64 = 1 << 30;

/// What is copied at a time; pages of zeros are left out.
const COPY_BYTES: usize = 1 << 20;

/// A device that is not mounted.
pub(super) struct Device {
    memory: File,
    bytes: u64,
}

/// A device with its file system mounted. Dropping it takes both away.
pub(super) struct Mounted {
    memory: Option<File>,
    bytes: u64,
    node: String,
    path: PathBuf,
    /// Whether the loop device is still ours to detach.
    attached: bool,
}

/// What a power cut needs and this machine does not give: the right to mount, a loop device, `mkfs.ext4`.
///
/// None says no more than that these are there: whatever fails afterwards is a failure, not a missing device.
pub(super) fn missing() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if !may_mount(&status) {
        return Some("this process may not mount file systems".to_owned());
    }
    run("losetup", &["--find"])
        .and_then(|_| run("mkfs.ext4", &["-V"]))
        .err()
}

/// Reads a process's status (`proc_pid_status(5)`): mounting and loop devices need `CAP_SYS_ADMIN`, which is bit 21
/// (`capabilities(7)`) of the effective ones. Root has it, except in most containers.
fn may_mount(status: &str) -> bool {
    const CAP_SYS_ADMIN: u64 = 1 << 21;
    status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & CAP_SYS_ADMIN != 0)
}

impl Device {
    /// A new device of so many bytes, with an empty ext4.
    pub(super) fn create(bytes: u64) -> Result<Self, String> {
        let device = Self::blank(bytes)?;
        run("mkfs.ext4", &["-q", "-F", &device.name()])?;
        Ok(device)
    }

    fn blank(bytes: u64) -> Result<Self, String> {
        let memory = memfd_create(
            "armistice-powercut",
            MemfdFlags::ALLOW_SEALING | MemfdFlags::CLOEXEC,
        )
        .map(File::from)
        .map_err(|error| format!("cannot make a device in memory: {error}"))?;
        memory
            .set_len(bytes)
            .map_err(|error| format!("cannot size the device: {error}"))?;
        Ok(Self { memory, bytes })
    }

    /// A name under which other programs can open the memory.
    fn name(&self) -> String {
        use std::os::fd::AsRawFd as _;
        format!("/proc/{}/fd/{}", std::process::id(), self.memory.as_raw_fd())
    }

    /// Memory that the device has taken.
    pub(super) fn used_bytes(&self) -> Result<u64, String> {
        let metadata = self
            .memory
            .metadata()
            .map_err(|error| format!("cannot look at the device: {error}"))?;
        Ok(metadata.blocks() * 512)
    }

    /// Attaches and mounts it; ext4 replays its journal.
    pub(super) fn mount(self) -> Result<Mounted, String> {
        let node = String::from_utf8_lossy(&run("losetup", &["--find", "--show", &self.name()])?.stdout)
            .trim()
            .to_owned();
        let path = std::env::temp_dir().join(format!("armistice-powercut-{}", std::process::id()));
        let mounted = Mounted {
            memory: Some(self.memory),
            bytes: self.bytes,
            node,
            path,
            attached: true,
        };
        fs::create_dir_all(&mounted.path).map_err(|error| format!("cannot make a mount point: {error}"))?;
        run(
            "mount",
            &["-t", "ext4", &mounted.node, &mounted.path.to_string_lossy()],
        )?;
        Ok(mounted)
    }
}

impl Mounted {
    /// Where the file system is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn memory(&self) -> Result<&File, String> {
        self.memory
            .as_ref()
            .ok_or_else(|| "the device is gone".to_owned())
    }

    /// From the return of this call on, and not before it began, no write reaches the device.
    pub(super) fn cut_power(&self) -> Result<(), String> {
        fcntl_add_seals(self.memory()?, SealFlags::WRITE)
            .map_err(|error| format!("cannot cut the power: {error}"))
    }

    /// A device with what this one held when its power was cut.
    pub(super) fn survivor(mut self) -> Result<Device, String> {
        let failed = |error: std::io::Error| format!("cannot copy the device: {error}");
        let memory = self.memory.take().ok_or("the device is gone")?;
        let device = Device::blank(self.bytes)?;
        drop(self);
        let mut buffer = vec![0; COPY_BYTES];
        for offset in (0..device.bytes).step_by(COPY_BYTES) {
            memory.read_exact_at(&mut buffer, offset).map_err(failed)?;
            if buffer.iter().any(|&byte| byte != 0) {
                device.memory.write_all_at(&buffer, offset).map_err(failed)?;
            }
        }
        Ok(device)
    }

    /// Unmounts it in order: everything is written.
    pub(super) fn unmount(mut self) -> Result<Device, String> {
        run("umount", &[&self.path.to_string_lossy()])?;
        run("losetup", &["--detach", &self.node])?;
        self.attached = false;
        self.memory
            .take()
            .map(|memory| Device {
                memory,
                bytes: self.bytes,
            })
            .ok_or_else(|| "the device is gone".to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if self.attached {
            // After a cut the file system can write nothing more, so it is left to the kernel to give up.
            let _ = run("umount", &["--lazy", &self.path.to_string_lossy()]);
            let _ = run("losetup", &["--detach", &self.node]);
        }
        let _ = fs::remove_dir(&self.path);
    }
}

fn run(program: &str, args: &[&str]) -> Result<Output, String> {
    // Administrators' programs are not in everybody's path.
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin:/sbin");
    let output = Command::new(program).args(args).env("PATH", path).output();
    let output = output.map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!(
        "{program} failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_to_mount_is_read_from_the_effective_capabilities() {
        let status = |mask: &str| format!("Uid:\t0\t0\t0\t0\nCapPrm:\tffff\nCapEff:\t{mask}\n");
        assert!(may_mount(&status("000001ffffffffff")));
        assert!(!may_mount(&status("00000000a80425fb")));
        assert!(!may_mount(""));
    }
}
