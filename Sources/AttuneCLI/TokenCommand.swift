import ArgumentParser
import AttuneCore
import AttuneService
import AttuneStore
import Foundation

/// Who may call the service.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Makes, lists and revokes the tokens that let callers in to attune serve.",
        subcommands: [CreateCommand.self, ListCommand.self, RevokeCommand.self])

    struct CreateCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes a token and prints its secret, which is shown this once.")

        @OptionGroup var storeOptions: StoreOptions
        @Argument(help: "What it is called in lists and logs, such as the team or program that uses it.")
        var name: String
        @Option(help: "What it is good for: read, write or admin; each includes those before it.")
        var scope: Scope = .read
        @Option(help: "A namespace that it is for; more than once for more (default: all).") var namespace: [String] =
            []
        @Option(help: "How long it is good, such as 90d, 12h or 30m (default: until it is revoked).")
        var expires: Lifetime?

        func validate() throws {
            guard !name.isEmpty, name.utf8.count <= 63, name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw ValidationError("the name must be up to 63 letters, digits and signs, without spaces")
            }
            if let wrong = namespace.first(where: { !StoredToken.isNamespace($0) }) {
                throw ValidationError(
                    "--namespace \(wrong): must be lower-case letters, digits and -, at most 63, such as team-vision")
            }
        }

        func run() async throws {
            var random = SystemRandomNumberGenerator()
            let secret = TokenSecret(random: &random)
            let now = Date()
            try await storeOptions.open().create(
                StoredToken(
                    name: name, hash: secret.hash, scope: scope.rawValue, namespaces: namespace, createdAt: now,
                    expiresAt: expires.map { now.addingTimeInterval($0.seconds) }))
            Terminal.say(secret.text)
            Terminal.complain("shown this once; callers send it as Authorization: Bearer attune_…")
        }
    }

    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists tokens, without their secrets.")

        @OptionGroup var storeOptions: StoreOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            let tokens = try await storeOptions.openExisting().tokens()
            if format.json { return Terminal.say(JSON.array(tokens.map(\.json)).pretty) }
            let now = Date()
            let rows = tokens.map { token in
                [
                    token.name, token.scope, token.namespaces.isEmpty ? "all" : token.namespaces.joined(separator: ","),
                    token.createdAt.rfc3339, token.state(at: now),
                ]
            }
            Terminal.say(TextTable(header: ["NAME", "SCOPE", "NAMESPACES", "CREATED", "STATE"], rows: rows).text)
        }
    }

    struct RevokeCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Ends a token; a running service refuses it within seconds.")

        @OptionGroup var storeOptions: StoreOptions
        @Argument(help: "The token's name.") var name: String

        func run() async throws {
            guard try await storeOptions.openExisting().revokeToken(name, at: Date()) else {
                throw AttuneError("no token named \(name) is in force; attune token list shows those there are")
            }
            Terminal.say("\(name) is revoked")
        }
    }
}

/// How long something lasts, as people write it: `90d`, `12h`, `30m`.
struct Lifetime: ExpressibleByArgument {
    let seconds: TimeInterval

    init?(argument: String) {
        let units: [Character: Double] = ["d": 86_400, "h": 3_600, "m": 60]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Int(argument.dropLast()), count > 0,
            count <= 36_500
        else { return nil }
        seconds = Double(count) * unit
    }
}

extension Scope: ExpressibleByArgument {}

extension StoredToken {
    fileprivate static func isNamespace(_ text: String) -> Bool {
        text.utf8.count <= 63 && text.wholeMatch(of: /[a-z0-9]([-a-z0-9]*[a-z0-9])?/) != nil
    }

    fileprivate func state(at now: Date) -> String {
        if let revokedAt { return "revoked \(revokedAt.rfc3339)" }
        guard let expiresAt else { return "good" }
        return expiresAt <= now ? "expired \(expiresAt.rfc3339)" : "good until \(expiresAt.rfc3339)"
    }

    fileprivate var json: JSON {
        [
            "name": .string(name), "scope": .string(scope), "namespaces": .array(namespaces.map { .string($0) }),
            "created": .string(createdAt.rfc3339), "expires": expiresAt.map { .string($0.rfc3339) } ?? .null,
            "revoked": revokedAt.map { .string($0.rfc3339) } ?? .null,
        ]
    }
}
