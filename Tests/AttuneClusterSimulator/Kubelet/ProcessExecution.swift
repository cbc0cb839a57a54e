import AttuneCore
import Foundation
import Synchronization

extension SimulatedCluster {
    /// How containers run as processes of this machine.
    public struct ProcessSettings: Sendable {
        /// What images run when a container names no command, by image.
        public var entrypoints: [String: [String]]
        /// Added to every container's environment.
        public var environment: [String: String]
        /// Where volumes are made, in a folder a pod.
        public var directory: URL

        public init(
            entrypoints: [String: [String]] = [:],
            environment: [String: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin"],
            directory: URL = FileManager.default.temporaryDirectory
        ) {
            self.entrypoints = entrypoints
            self.environment = environment
            self.directory = directory
        }
    }
}

/// A container that is a process.
final class ProcessExecution: Execution {
    private let settings: SimulatedCluster.ProcessSettings
    private let pod: ObjectID
    private let uid: String
    private var process: ContainerProcess?
    private var isTold = false

    init(_ settings: SimulatedCluster.ProcessSettings, pod: PodRuntime) {
        self.settings = settings
        self.pod = pod.id
        uid = pod.uid
    }

    func advance(_ container: ContainerRuntime, in state: ClusterState) {
        guard process == nil, let object = state[pod] else { return }
        let command = ContainerCommand(container.spec, of: object, settings, state)
        let (later, uid, name, restarts) = (state.later, uid, container.name, container.restarts)
        let (log, clock) = (container.log, state.configuration.clock)
        do {
            process = try ContainerProcess(command) { bytes in
                log.append(bytes, at: clock.now)
            } onEnd: { code in
                later { $0.kubelet.processEnded(code, of: name, restarts: restarts, inPod: uid, $0) }
            }
        } catch {
            let why = "failed to create containerd task: failed to create shim task: \(error)"
            container.end(128, reason: "StartError", message: why, at: state.now)
            state.enqueue(pod, for: state.kubelet)
        }
    }

    func kill() { process?.signal(SIGKILL) }

    func terminate(_ container: ContainerRuntime, grace: Int, in state: ClusterState) {
        guard let process else { return container.end(137, at: state.now) }
        if grace == 0 { return process.signal(SIGKILL) }
        guard !isTold else { return }
        isTold = true
        process.signal(SIGTERM)
        state.configuration.clock.after(.seconds(grace)) { process.signal(SIGKILL) }
    }
}

/// A process group and what it writes.
final class ContainerProcess: Sendable {
    private let pid: pid_t
    private let hasEnded = Mutex(false)

    /// - Parameters:
    ///   - onOutput: gets what comes on standard output and error, in the order in which it came.
    ///   - onEnd: gets the exit code, 128 and the number for a signal, after all output.
    init(
        _ command: ContainerCommand, onOutput: @escaping @Sendable ([UInt8]) -> Void,
        onEnd: @escaping @Sendable (Int) -> Void
    ) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw AttuneError("no pipe: \(errno)") }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        defer { close(ends[1]) }
        do {
            pid = try command.spawn(output: ends[1])
        } catch {
            close(ends[0])
            throw error
        }
        let output = ends[0]
        let isRead = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            ContainerProcess.read(output, onOutput)
            isRead.signal()
        }
        Thread.detachNewThread { [self] in
            let code = waitForEnd()
            isRead.wait()
            onEnd(code)
        }
    }

    private static func read(_ descriptor: Int32, _ onOutput: ([UInt8]) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            onOutput(Array(buffer[..<count]))
        }
        close(descriptor)
    }

    private func waitForEnd() -> Int {
        var information = siginfo_t()
        // Left as it is for now, so that its number stays taken while the rest of the group is ended.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        hasEnded.withLock { hasEnded in
            kill(-pid, SIGKILL)
            hasEnded = true
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = Int(status & 0x7F)
        return signal == 0 ? Int(status >> 8 & 0xFF) : 128 + signal
    }

    /// Signals the first process, as a node would; SIGKILL takes the others along.
    func signal(_ number: Int32) { hasEnded.withLock { if !$0 { kill(number == SIGKILL ? -pid : pid, number) } } }
}
