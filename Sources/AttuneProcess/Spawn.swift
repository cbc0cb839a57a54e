import Foundation

/// Spawns a process in a session of its own, with an empty environment, and with no descriptor of ours but its
/// standard error. The caller must reap it.
func spawnDetached(_ arguments: [String], standardError: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, standardError, 2)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSID))

    let strings = arguments.map { strdup($0) }
    defer { strings.forEach { free($0) } }
    var pid: pid_t = 0
    let error = posix_spawn(&pid, arguments[0], &actions, &attributes, strings + [nil], [nil])
    guard error == 0 else { throw AttemptError.system(call: "posix_spawn \(arguments[0])", error: error) }
    return pid
}

/// Sees to it that a child of ours leaves no zombie, whenever it ends.
///
/// The task belongs to no caller, as the caller may let go of the child long before.
func reap(_ child: pid_t) throws {
    guard let process = try openProcess(child) else { return }
    let number = process.take()
    Task.detached {
        let process = Descriptor(number)
        try await process.readable()
        waitpid(child, nil, 0)
    }
}
