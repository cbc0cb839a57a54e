import AttuneCore
import Foundation

/// A cluster of a kubeconfig file.
struct KubeCluster: Sendable {
    /// Without credentials.
    var configuration: ClusterConfiguration
    /// What `exec` plugins may be told of it.
    var execInformation: JSON

    /// Nil, with problems noted, when it cannot be.
    init?(_ reader: MapReader, in directory: URL) {
        let server = reader.requiredText("server")
        let address = server.flatMap { ServerAddress($0) }
        if let server, !server.isEmpty, address == nil {
            reader.log.error(
                reader.field["server"], found: "\"\(server)\"",
                "must be an https or http URL such as https://10.0.0.1:6443")
        }
        let authorities = reader.pem(file: "certificate-authority", in: directory, label: "CERTIFICATE")
        let isInsecure = reader.flag("insecure-skip-tls-verify") ?? false
        if isInsecure, authorities != nil {
            reader.log.error(
                reader.field["insecure-skip-tls-verify"], "must be false where a certificate authority is given")
        }
        let proxy = reader.proxy()
        guard let address else { return nil }
        configuration = ClusterConfiguration(server: address)
        configuration.authorities = authorities
        configuration.isInsecure = isInsecure
        configuration.serverName = reader.filledText("tls-server-name")
        configuration.proxy = proxy
        execInformation = KubeCluster.information(configuration, reader)
    }

    private static func information(_ configuration: ClusterConfiguration, _ reader: MapReader) -> JSON {
        var information: JSON = ["server": .string(configuration.server.description)]
        information["tls-server-name"] = configuration.serverName.map { .string($0) }
        if configuration.isInsecure { information["insecure-skip-tls-verify"] = true }
        information["certificate-authority-data"] = configuration.authorities.map {
            .string(Data($0).base64EncodedString())
        }
        information["proxy-url"] = configuration.proxy.map { .string($0) }
        let extensions = reader.maps("extensions") ?? []
        let mine = extensions.first { $0.text("name") == "client.authentication.k8s.io/exec" }
        information["config"] = mine?["extension"]?.json
        return information
    }
}

extension MapReader {
    fileprivate func proxy() -> String? {
        guard let text = filledText("proxy-url") else { return nil }
        let url = URLComponents(string: text)
        guard ["http", "https", "socks5"].contains(url?.scheme?.lowercased() ?? ""), url?.host?.isEmpty == false else {
            log.error(field["proxy-url"], "must be a URL that starts with http://, https:// or socks5://")
            return nil
        }
        return text
    }
}
