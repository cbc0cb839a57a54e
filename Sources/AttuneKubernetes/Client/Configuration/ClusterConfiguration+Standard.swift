import AttuneCore
import Foundation

extension ClusterConfiguration {
    /// Where pods find their service account.
    public static let serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The cluster that is meant without saying: that of the kubeconfig file, else of `$KUBECONFIG`, else the one that
    /// this process is a pod of, else that of `~/.kube/config`.
    ///
    /// - Parameters:
    ///   - context: of the kubeconfig file, instead of its current one. A pod's own cluster has none.
    ///   - kubeconfig: the path of a file.
    ///   - environment: of the process.
    ///   - home: the user's directory.
    ///   - serviceAccount: the directory with a pod's token, authority and namespace.
    /// - Throws: `InvalidKubeConfig`, `AttuneError`.
    public static func standard(
        context: String? = nil, kubeconfig: String? = nil, environment: [String: String], home: String,
        serviceAccount: String = ClusterConfiguration.serviceAccount
    ) throws -> ClusterConfiguration {
        if let kubeconfig { return try KubeConfig(path: kubeconfig, home: home).configuration(context: context) }
        if let paths = environment["KUBECONFIG"], !paths.isEmpty {
            return try KubeConfig(paths: paths, home: home).configuration(context: context)
        }
        if context == nil, isPod(environment, serviceAccount) {
            return try inCluster(environment: environment, serviceAccount: serviceAccount)
        }
        let usual = "\(home)/.kube/config"
        guard FileManager.default.fileExists(atPath: usual) else {
            throw AttuneError(
                "there is no cluster to talk to: this is no pod, KUBECONFIG is not set, and there is no ~/.kube/config")
        }
        return try KubeConfig(path: usual, home: home).configuration(context: context)
    }

    /// The cluster that this process is a pod of.
    ///
    /// - Throws: `AttuneError` when it is none, or its files cannot be read.
    public static func inCluster(
        environment: [String: String], serviceAccount: String = ClusterConfiguration.serviceAccount
    ) throws(AttuneError) -> ClusterConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else {
            throw AttuneError("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be set, as in every pod")
        }
        guard let server = ServerAddress("https://\(host.contains(":") ? "[\(host)]" : host):\(port)") else {
            throw AttuneError("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: \(host) and \(port) are no address")
        }
        var configuration = ClusterConfiguration(server: server)
        let authorities = "\(serviceAccount)/ca.crt"
        guard let certificates = FileManager.default.contents(atPath: authorities) else {
            throw AttuneError("\(authorities) must be a file with the certificate authority of the cluster")
        }
        configuration.authorities = Array(certificates)
        configuration.credentials = Credentials(.tokenFile("\(serviceAccount)/token"))
        if let namespace = try? String(contentsOfFile: "\(serviceAccount)/namespace", encoding: .utf8) {
            let name = namespace.trimmingCharacters(in: .whitespacesAndNewlines)
            if !name.isEmpty { configuration.namespace = name }
        }
        return configuration
    }

    private static func isPod(_ environment: [String: String], _ serviceAccount: String) -> Bool {
        environment["KUBERNETES_SERVICE_HOST"]?.isEmpty == false
            && FileManager.default.fileExists(atPath: "\(serviceAccount)/token")
    }
}
