import AttuneCore
import Foundation
import Testing

@testable import AttuneKubernetes

struct ClusterConfigurationTests {
    private let directory: TemporaryDirectory
    private var home: String { directory.url.path }
    private let pod = ["KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"]

    init() throws { directory = try TemporaryDirectory() }

    /// - Returns: the path of a file whose cluster has that host.
    private func file(_ host: String, at name: String) throws -> String {
        try directory.write(
            """
            current-context: c
            contexts: [{name: c, context: {cluster: k, user: u}}]
            clusters: [{name: k, cluster: {server: 'https://\(host)'}}]
            users: [{name: u, user: {}}]
            """, to: name)
    }

    private func account() throws -> String {
        try directory.write("token\n", to: "account/token")
        try directory.write("authority", to: "account/ca.crt")
        try directory.write("team\n", to: "account/namespace")
        return directory.path("account")
    }

    private func host(
        context: String? = nil, kubeconfig: String? = nil, _ environment: [String: String], account: String = "none"
    ) throws -> String {
        try ClusterConfiguration.standard(
            context: context, kubeconfig: kubeconfig, environment: environment, home: home, serviceAccount: account
        ).server.host
    }

    @Test func `what is said goes before the environment, that before the pod, and that before the home`() throws {
        let (said, named) = (try file("said", at: "said"), try file("named", at: "named"))
        _ = try file("home", at: ".kube/config")
        let account = try account()
        let both = pod.merging(["KUBECONFIG": named]) { $1 }
        #expect(try host(kubeconfig: said, both, account: account) == "said")
        #expect(try host(both, account: account) == "named")
        #expect(try host(pod, account: account) == "10.96.0.1")
        #expect(try host(context: "c", pod, account: account) == "home")
        #expect(try host(pod, account: "none") == "home")
        #expect(try host(["KUBECONFIG": ""], account: account) == "home")
        #expect(throws: InvalidKubeConfig.self) { _ = try host(["KUBECONFIG": "\(home)/absent"]) }
    }

    @Test func `without any cluster it says where it looked`() throws {
        let error = #expect(throws: AttuneError.self) { _ = try host([:]) }
        #expect(error?.message.contains("KUBECONFIG is not set, and there is no ~/.kube/config") == true)
    }

    @Test func `a pod's cluster is known by its files`() throws {
        let account = try account()
        let configuration = try ClusterConfiguration.inCluster(environment: pod, serviceAccount: account)
        #expect(configuration.server.description == "https://10.96.0.1:443")
        #expect(configuration.authorities == Array("authority".utf8))
        #expect(configuration.credentials == Credentials(.tokenFile("\(account)/token")))
        #expect(configuration.namespace == "team")
        let wide = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"]
        let six = try ClusterConfiguration.inCluster(environment: wide, serviceAccount: account)
        #expect(six.server.description == "https://[fd00::1]:6443")
    }

    @Test func `what a pod lacks is named`() throws {
        let noPod = #expect(throws: AttuneError.self) { _ = try ClusterConfiguration.inCluster(environment: [:]) }
        #expect(noPod?.message.contains("KUBERNETES_SERVICE_HOST") == true)
        let noFiles = #expect(throws: AttuneError.self) {
            _ = try ClusterConfiguration.inCluster(environment: pod, serviceAccount: "\(home)/none")
        }
        #expect(noFiles?.message.contains("none/ca.crt must be a file") == true)
    }

    @Test(arguments: [
        ("https://a", "https://a:443"), ("http://a:8080/", "http://a:8080"), ("10.0.0.1:6443", "https://10.0.0.1:6443"),
        ("https://a/k8s/c-1//", "https://a:443/k8s/c-1"), ("HTTPS://[::1]:6443", "https://[::1]:6443"),
    ])
    func `addresses are read as they are written`(_ text: String, _ expected: String) {
        #expect(ServerAddress(text)?.description == expected)
    }

    @Test(arguments: [
        "", "ftp://a", "https://", "https://a?x", "https://u:p@a", "https://a:0", "https://a:99999", "a b",
    ])
    func `what is no address of a server`(_ text: String) {
        #expect(ServerAddress(text) == nil)
    }

    @Test func `this machine is reached past any proxy`() throws {
        func proxy(_ server: String, _ proxy: String? = nil) throws -> String? {
            var configuration = ClusterConfiguration(server: try #require(ServerAddress(server)))
            configuration.proxy = proxy
            return try configuration.wireRequest(APIRequest(.get, "/"), showing: ShownCredentials()).proxy
        }
        for near in ["http://127.0.0.1", "https://localhost:1", "https://[::1]", "https://127.8.9.1"] {
            #expect(try proxy(near) == "")
            #expect(try proxy(near, "http://p") == "http://p")
        }
        for far in ["https://10.0.0.1", "https://127.example"] { #expect(try proxy(far) == nil) }
    }
}
