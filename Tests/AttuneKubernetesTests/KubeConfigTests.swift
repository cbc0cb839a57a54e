import AttuneCore
import Foundation
import Testing

@testable import AttuneKubernetes

struct KubeConfigTests {
    private let directory: TemporaryDirectory
    private var home: String { directory.url.path }

    init() throws { directory = try TemporaryDirectory() }

    private static let certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
    private static let key = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"

    private func config(_ text: String, at name: String = ".kube/config") throws -> KubeConfig {
        try KubeConfig(path: directory.write(text, to: name), home: home)
    }

    /// What a file says whose only context joins this cluster and this user, as flow maps.
    private func configuration(cluster: String = "{server: 'https://a'}", user: String = "{}") throws
        -> ClusterConfiguration
    {
        try config(KubeConfigTests.text(cluster, user)).configuration()
    }

    private static func text(_ cluster: String, _ user: String) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts: [{name: c, context: {cluster: k, user: u}}]
        clusters: [{name: k, cluster: \(cluster)}]
        users: [{name: u, user: \(user)}]
        """
    }

    private func complaints(cluster: String = "{server: 'https://a'}", user: String = "{}") -> [String] {
        do {
            _ = try configuration(cluster: cluster, user: user)
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    @Test func `a context says which cluster, user and namespace`() throws {
        let config = try config(
            """
            current-context: two
            contexts:
            - {name: one, context: {cluster: k, user: u}}
            - {name: two, context: {cluster: k, user: v, namespace: team}}
            clusters:
            - name: k
              cluster: {server: "https://10.0.0.1:6443/", tls-server-name: kubernetes, proxy-url: "socks5://p:1"}
            users:
            - {name: u, user: {token: t}}
            - {name: v, user: {username: ann, password: b, as: bob, as-groups: [g], as-user-extra: {k: [x, y]}}}
            """)
        #expect(config.contexts == ["one", "two"])
        #expect(config.findings.isEmpty)
        let two = try config.configuration()
        #expect(two.server.description == "https://10.0.0.1:6443")
        #expect(two.serverName == "kubernetes")
        #expect(two.proxy == "socks5://p:1")
        #expect(two.namespace == "team")
        #expect(two.credentials == Credentials(.basic(user: "ann", password: "b")))
        #expect(two.impersonation == Impersonation(user: "bob", groups: ["g"], extra: ["k": ["x", "y"]]))
        let one = try config.configuration(context: "one")
        #expect(one.namespace == "default")
        #expect(one.credentials == Credentials(.token("t")))
        #expect(one.impersonation == nil)
    }

    @Test func `certificates come from the file itself or from files beside it`() throws {
        try directory.write(KubeConfigTests.certificate, to: ".kube/pki/ca.crt")
        try directory.write(KubeConfigTests.key, to: ".kube/pki/me.key")
        let data = Data(KubeConfigTests.certificate.utf8).base64EncodedString()
        let configuration = try configuration(
            cluster: "{server: 'https://a', certificate-authority: pki/ca.crt}",
            user: "{client-certificate-data: \(data), client-certificate: none, client-key: \(home)/.kube/pki/me.key}")
        #expect(configuration.authorities == Array(KubeConfigTests.certificate.utf8))
        let identity = ClientIdentity(
            certificate: Array(KubeConfigTests.certificate.utf8), key: Array(KubeConfigTests.key.utf8))
        #expect(configuration.credentials.identity == identity)
    }

    @Test func `a token file goes before a token, and lies beside the file`() throws {
        let configuration = try configuration(user: "{tokenFile: run/token, token: t}")
        #expect(configuration.credentials.authorization == .tokenFile("\(home)/.kube/run/token"))
    }

    @Test func `a plugin is read with all it has`() throws {
        let user = """
            {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: bin/plugin, args: [a, 1],
              env: [{name: A, value: b}], installHint: get it, provideClusterInfo: true}}
            """
        let cluster = """
            {server: 'https://a', insecure-skip-tls-verify: true,
              extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x}}]}
            """
        var expected = ExecPlugin("\(home)/.kube/bin/plugin", version: .v1beta1)
        expected.arguments = ["a", "1"]
        expected.environment = ["A": "b"]
        expected.installHint = "get it"
        expected.interaction = .ifAvailable
        expected.cluster = [
            "server": "https://a:443", "insecure-skip-tls-verify": true, "config": ["audience": "x"],
        ]
        let configuration = try configuration(cluster: cluster, user: user)
        #expect(configuration.credentials.authorization == .exec(expected))
        let plain = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: plugin, interactiveMode: Never}}"
        guard case .exec(let plugin) = try self.configuration(user: plain).credentials.authorization else {
            Issue.record("there is no plugin")
            return
        }
        #expect(plugin.command == "plugin")
        #expect(plugin.interaction == .never)
        #expect(plugin.cluster == nil)
    }

    @Test func `of several files the first with a name says what it means`() throws {
        let first = try directory.write(
            "{current-context: '', users: [{name: u, user: {token: first}}]}", to: "first")
        let second = try directory.write(
            """
            current-context: c
            users: [{name: u, user: {token: second}}, {name: v, user: {token: third}}]
            contexts: [{name: c, context: {cluster: k, user: u}}, {name: d, context: {cluster: k, user: v}}]
            """, to: "second")
        let third = try directory.write(
            "{current-context: d, clusters: [{name: k, cluster: {server: 'https://a'}}]}", to: "third")
        let paths = "\(first)::\(directory.path("absent")):\(second):\(third)"
        let config = try KubeConfig(paths: paths, home: home)
        #expect(config.currentContext == "c")
        #expect(try config.configuration().credentials == Credentials(.token("first")))
        #expect(try config.configuration(context: "d").credentials == Credentials(.token("third")))
    }

    @Test func `every problem is told at once, with its field`() throws {
        let complaints = complaints(
            cluster: "{certificate-authority: none.crt, insecure-skip-tls-verify: perhaps, proxy-url: nowhere}",
            user: """
                {client-key-data: '%%', exec: {args: {}, interactiveMode: Sometimes, env: [{value: b}]},
                  as-groups: [g], password: p, auth-provider: {name: gcp}}
                """)
        #expect(
            complaints == [
                "~/.kube/config: clusters[0].cluster.server: must be specified",
                "~/.kube/config: clusters[0].cluster.certificate-authority: found \"\(home)/.kube/none.crt\"; "
                    + "must be a file that can be read",
                "~/.kube/config: clusters[0].cluster.insecure-skip-tls-verify: found \"perhaps\"; "
                    + "must be true or false",
                "~/.kube/config: clusters[0].cluster.proxy-url: "
                    + "must be a URL that starts with http://, https:// or socks5://",
                "~/.kube/config: users[0].user.auth-provider: found \"gcp\"; "
                    + "is no longer part of Kubernetes; use exec with the plugin of your provider",
                "~/.kube/config: users[0].user.exec.command: must be specified",
                "~/.kube/config: users[0].user.exec.apiVersion: must be specified",
                "~/.kube/config: users[0].user.exec.interactiveMode: found \"Sometimes\"; "
                    + "must be one of Never, IfAvailable, Always",
                "~/.kube/config: users[0].user.exec.env[0].name: must be specified",
                "~/.kube/config: users[0].user.username: must be specified with a password",
                "~/.kube/config: users[0].user.client-key-data: must be base64",
                "~/.kube/config: users[0].user.client-certificate: must be specified with client-key",
                "~/.kube/config: users[0].user.as: must be specified with as-groups",
            ])
    }

    @Test(arguments: [
        ("{server: 'ftp://a'}", "{}", "clusters[0].cluster.server: found \"ftp://a\"; must be an https or http URL"),
        ("{server: 'https://a', certificate-authority-data: AAAA}", "{}", "must be PEM of a CERTIFICATE in base64"),
        ("{server: 'https://a'}", "{username: a, token: t}", "users[0].user.username: must not come with a token"),
        (
            "{server: 'https://a'}", "{client-certificate-data: \(Data(certificate.utf8).base64EncodedString())}",
            "users[0].user.client-key: must be specified with client-certificate"
        ),
        ("{server: 'https://a'}", "{token: {}}", "users[0].user.token: found a map; must be a single value"),
        ("{server: 'https://a'}", "null", "users[0].user: must be specified"),
        (
            "{server: 'https://a'}", "{exec: {command: p, apiVersion: client.authentication.k8s.io/v1}}",
            "users[0].user.exec.interactiveMode: must be Never, IfAvailable or Always"
        ),
        (
            "{server: 'https://a'}", "{exec: {command: p, apiVersion: client.authentication.k8s.io/v1alpha1}}",
            "users[0].user.exec.apiVersion: found \"client.authentication.k8s.io/v1alpha1\"; must be one of"
        ),
    ])
    func `a problem names its field`(_ cluster: String, _ user: String, _ expected: String) {
        let complaints = complaints(cluster: cluster, user: user)
        #expect(complaints.count == 1)
        #expect(complaints.first?.contains(expected) == true, "\(complaints)")
    }

    @Test func `an authority and carelessness do not go together`() throws {
        let data = Data(KubeConfigTests.certificate.utf8).base64EncodedString()
        let cluster = "{server: 'https://a', certificate-authority-data: \(data), insecure-skip-tls-verify: true}"
        #expect(
            complaints(cluster: cluster) == [
                "~/.kube/config: clusters[0].cluster.insecure-skip-tls-verify: "
                    + "must be false where a certificate authority is given"
            ])
    }

    @Test func `a stale entry does no harm until it is needed`() throws {
        let config = try config(
            """
            current-context: c
            contexts:
            - {name: c, context: {cluster: k, user: u}}
            - {name: stale, context: {cluster: k, user: old}}
            - {name: loose, context: {cluster: gone, user: gone}}
            clusters: [{name: k, cluster: {server: 'https://a'}}]
            users: [{name: u, user: {token: t}}, {name: old, user: {auth-provider: {}}}]
            """)
        #expect(try config.configuration().credentials == Credentials(.token("t")))
        #expect(config.findings.count == 1)
        #expect(throws: InvalidKubeConfig.self) { _ = try config.configuration(context: "stale") }
        let loose = #expect(throws: InvalidKubeConfig.self) { _ = try config.configuration(context: "loose") }
        #expect(
            loose?.description == """
                ~/.kube/config: contexts[2].context.cluster: found "gone"; there is no such cluster
                ~/.kube/config: contexts[2].context.user: found "gone"; there is no such user
                """)
        let absent = #expect(throws: InvalidKubeConfig.self) { _ = try config.configuration(context: "x") }
        #expect(
            absent?.description == "context: found \"x\"; there is no such context; the contexts are c, stale, loose")
    }

    @Test(arguments: [
        ("a: b: c", "~/.kube/config:1:5: "),
        ("[1]", "~/.kube/config: found a list; must be a map"),
        ("{kind: Pod}", "~/.kube/config: kind: found \"Pod\"; must be Config"),
        ("{}\n---\n{}", "~/.kube/config: found 2 documents; must be one"),
        ("", "current-context: must be specified, or a context be chosen; there are none"),
        ("{users: [{user: {}}]}", "~/.kube/config: users[0].name: must be specified"),
        (
            "{users: [{name: a, user: {}}, {name: a, user: {}}]}",
            "~/.kube/config: users[1].name: found \"a\"; must not be used twice"
        ),
    ])
    func `a file that is none says why`(_ text: String, _ expected: String) {
        let error = #expect(throws: InvalidKubeConfig.self) { _ = try config(text).configuration() }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }

    @Test func `secrets are not told`() {
        let all = complaints(user: "{token: [hidden-token], password: hidden-password, client-key-data: hidden-key}")
        #expect(all.count >= 3)
        #expect(!all.joined().contains("hidden"))
    }
}
