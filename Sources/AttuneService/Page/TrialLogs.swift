import AttuneCore
import AttuneProcess
import AttuneStore
import Foundation

/// What an experiment's trials printed, where this machine has it.
///
/// Where that is says the experiment's record, made by `attune run`, or the worker's directory of this machine; nothing of
/// a request ever becomes part of a path but a trial's number.
struct TrialLogs: Sendable {
    /// In the order in which they are looked at.
    let directories: [TrialDirectories]

    /// - Parameters:
    ///   - workers: where workers of this machine keep what trials leave; nil where none is known.
    init?(_ experiment: Experiment, _ summary: ExperimentSummary, namespace: String, workers: URL?) {
        var directories: [TrialDirectories] = []
        if let path = experiment.metadata.annotations["attune.dev/trials"] {
            directories.append(TrialDirectories(root: URL(filePath: path, directoryHint: .isDirectory)))
        }
        if let workers {
            let time = Int((summary.createdAt.timeIntervalSince1970 * 1_000).rounded())
            directories.append(
                TrialDirectories(
                    root: workers.appending(
                        path: "\(namespace)/\(summary.name)-\(time)", directoryHint: .isDirectory)))
        }
        guard !directories.isEmpty else { return nil }
        self.directories = directories
    }

    /// The outputs of the trial's attempts, the first first: files within the experiment's directory, whatever links trials
    /// have made.
    func outputs(of number: Trial.Number) -> [URL] {
        for directory in directories {
            let root = directory.root.resolvingSymlinksInPath().path(percentEncoded: false)
            let outputs = directory.outputs(of: number).filter { url in
                let path = url.resolvingSymlinksInPath().path(percentEncoded: false)
                return path.hasPrefix(root.hasSuffix("/") ? root : root + "/")
            }
            if !outputs.isEmpty { return outputs }
        }
        return []
    }

    func hasOutput(of number: Trial.Number) -> Bool { !outputs(of: number).isEmpty }

    /// A part of what the trial's attempts printed, taken as one text.
    struct Part: Sendable {
        var bytes: [UInt8] = []
        /// Where it ends.
        var next = 0
        /// How much there is in all.
        var size = 0
    }

    func part(of number: Trial.Number, after start: Int, limit: Int) -> Part {
        var part = Part(next: start)
        for output in outputs(of: number) {
            guard let handle = try? RegularFile.handle(output), let end = try? handle.seekToEnd() else { continue }
            defer { try? handle.close() }
            let length = Int(end)
            let from = part.next - part.size
            if (0..<length).contains(from), part.bytes.count < limit {
                try? handle.seek(toOffset: UInt64(from))
                let data = (try? handle.read(upToCount: min(limit - part.bytes.count, length - from))) ?? Data()
                part.bytes += data
                part.next += data.count
            }
            part.size += length
        }
        return part.whole(atEnd: part.next >= part.size)
    }

    /// The last bytes of the last attempt that printed something.
    func end(of number: Trial.Number, limit: Int) -> [UInt8]? {
        let size = part(of: number, after: 0, limit: 0).size
        return size == 0 ? nil : part(of: number, after: max(0, size - limit), limit: limit).bytes
    }
}

extension TrialLogs.Part {
    /// The same without the beginning of a character that goes on behind it.
    fileprivate func whole(atEnd: Bool) -> TrialLogs.Part {
        guard let lead = bytes.lastIndex(where: { $0 & 0xC0 != 0x80 }), bytes.count - lead < 4 else { return self }
        let length = bytes[lead] < 0x80 ? 1 : bytes[lead] >= 0xF0 ? 4 : bytes[lead] >= 0xE0 ? 3 : 2
        guard bytes.count - lead < length, lead > 0 else { return self }
        var part = self
        part.bytes.removeSubrange(lead...)
        part.next -= bytes.count - lead
        return part
    }
}
