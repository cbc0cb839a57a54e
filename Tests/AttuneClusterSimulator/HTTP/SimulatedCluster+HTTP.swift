import AttuneKubernetes
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

extension SimulatedCluster {
    /// Answers the same over HTTP/1.1 until the task is cancelled, for clients in other programs.
    ///
    /// - Parameter onReady: gets the port where it listens, once it does.
    public func serve(
        host: String = "127.0.0.1", port: Int = 0, onReady: @escaping @Sendable (Int) async -> Void
    ) async throws {
        var logger = Logger(label: "simulated-cluster")
        logger.logLevel = .critical
        let application = Application(
            responder: ClusterResponder(cluster: self),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }

    /// Writes a kubeconfig file whose current context is this cluster.
    public static func writeKubeconfig(
        to file: URL, host: String = "127.0.0.1", port: Int, token: String = "simulated", namespace: String = "default"
    ) throws {
        let text = """
            apiVersion: v1
            kind: Config
            current-context: simulated
            clusters:
            - name: simulated
              cluster:
                server: http://\(host):\(port)
            contexts:
            - name: simulated
              context:
                cluster: simulated
                user: simulated
                namespace: \(namespace)
            users:
            - name: simulated
              user:
                token: \(token)

            """
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
}

private struct ClusterContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// Carries requests from HTTP to the cluster.
private struct ClusterResponder: HTTPResponder {
    typealias Context = ClusterContext
    let cluster: SimulatedCluster

    func respond(to request: Request, context: ClusterContext) async throws -> Response {
        do {
            return response(try await cluster.send(try await read(request)))
        } catch let error as TransportError {
            // No answer at all, as from a server that is not there.
            try? await context.channel.close()
            throw error
        }
    }

    private func read(_ request: Request) async throws -> APIRequest {
        let body = try await request.body.collect(upTo: 16 << 20)
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        return APIRequest(
            APIRequest.Method(rawValue: request.method.rawValue) ?? .get, request.uri.string, headers: headers,
            body: Array(body.readableBytesView), timeout: nil)
    }

    private func response(_ answer: APIResponse) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let body = answer.body
        return Response(
            status: .init(code: answer.status), headers: headers,
            body: ResponseBody { writer in
                for try await part in body { try await writer.write(ByteBuffer(bytes: part)) }
                try await writer.finish(nil)
            })
    }
}
