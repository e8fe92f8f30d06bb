internal import CLinux
internal import NIOCore

/// The processor cores that this process has for itself.
package enum AvailableCores {
    /// What the machine or the container has, or fewer if the affinity says so (`taskset`, systemd's `CPUAffinity=`).
    package static var count: Int {
        let allowed = Int(pilotfish_allowed_cores())
        return allowed > 0 ? min(allowed, System.coreCount) : System.coreCount
    }
}
