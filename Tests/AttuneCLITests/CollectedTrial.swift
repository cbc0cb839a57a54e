import Testing

/// A program whose metrics come by one of Katib's collectors. It waits in the middle for the file `$GATE`.
struct CollectedTrial: Sendable, CustomTestStringConvertible {
    var name: String
    /// `metricsCollectorSpec`, in JSON; `PORT` stands for a port of the trial's own.
    var collector: String
    var command: [String]
    /// Values of the loss, with two digits.
    var series: [String]
    /// Whether it speaks to the operator, and so cannot end without one.
    var needsOperator = false

    var testDescription: String { name }

    static let all = [text, json, events, prometheus, custom, pushed]

    private static let six = ["6.00", "5.00", "4.00", "3.00", "2.00", "1.00"]
    private static let waiting = #"until [ -e "$GATE" ]; do sleep 0.05; done"#

    /// Six values into a file.
    ///
    /// - Parameter line: what it writes of the value `$i`.
    private static func writing(_ line: String, end: String = "true") -> [String] {
        let file = "/var/log/katib/metrics.log"
        let write = "do echo \(line) >> \(file); done"
        return ["sh", "-c", "for i in 6 5 4; \(write); \(waiting); for i in 3 2 1; \(write); \(end)"]
    }

    private static let text = CollectedTrial(
        name: "File, TEXT",
        collector: """
            {"collector": {"kind": "File"},
             "source": {"fileSystemPath": {"path": "/var/log/katib/metrics.log", "kind": "File"}}}
            """,
        command: writing(#""epoch $i: loss=$i""#), series: six)

    private static let json = CollectedTrial(
        name: "File, JSON",
        collector: """
            {"collector": {"kind": "File"}, "source": {"fileSystemPath":
             {"path": "/var/log/katib/metrics.log", "kind": "File", "format": "JSON"}}}
            """,
        command: writing(#""{\"epoch\": $i, \"loss\": \"$i\"}""#), series: six)

    /// A real event file, cut in the middle of a record.
    private static let events = CollectedTrial(
        name: "TensorFlowEvent",
        collector: """
            {"collector": {"kind": "TensorFlowEvent"},
             "source": {"fileSystemPath": {"path": "/summaries", "kind": "Directory"}}}
            """,
        command: [
            "sh", "-c",
            """
            head -c 3001 "$EVENTS" > /summaries/events.out.tfevents.1; \(waiting)
            tail -c +3002 "$EVENTS" >> /summaries/events.out.tfevents.1
            """,
        ], series: ["1.00", "0.50", "0.33", "0.25", "0.20", "nan"])

    /// A gauge that takes its next value when the present one was read twice, and the fourth only past the gate.
    private static let prometheus = CollectedTrial(
        name: "PrometheusMetric",
        collector: """
            {"collector": {"kind": "PrometheusMetric"}, "source": {"httpGet": {"port": PORT, "path": "/metrics"}}}
            """,
        command: [
            "python3", "-c",
            """
            import http.server, os
            read = 0
            class Metrics(http.server.BaseHTTPRequestHandler):
                def log_message(self, *of): pass
                def do_GET(self):
                    global read
                    value = 6 - read // 2
                    if value > 4 or value < 4 or os.path.exists(os.environ["GATE"]): read += 1
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(f"# TYPE loss gauge\\nloss {value}\\n".encode())
            server = http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Metrics)
            while read < 12: server.handle_request()
            """,
        ], series: six)

    /// The user's own collector prints what the trial writes, and ends with it.
    private static let custom = CollectedTrial(
        name: "Custom",
        collector: """
            {"collector": {"kind": "Custom", "customCollector": {"name": "follower", "image": "mine",
             "command": ["sh", "-c", "touch /var/log/katib/metrics.log; exec 3< /var/log/katib/metrics.log; \
            while :; do while read -r line <&3; do [ $line = end ] && exit; echo $line; done; sleep 0.05; done"]}},
             "source": {"fileSystemPath": {"path": "/var/log/katib/metrics.log", "kind": "File"}}}
            """,
        command: writing(#"loss=$i"#, end: "echo end >> /var/log/katib/metrics.log"), series: six)

    /// What Katib's `report_metrics` sends, as JSON.
    private static let pushed = CollectedTrial(
        name: "Push", collector: #"{"collector": {"kind": "Push"}}"#,
        command: [
            "python3", "-c",
            """
            import datetime, json, os, time, urllib.error, urllib.request
            def report(value):
                now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                log = {"timeStamp": now, "metric": {"name": "loss", "value": str(value)}}
                body = {"trialName": os.environ["KATIB_TRIAL_NAME"], "observationLog": {"metricLogs": [log]}}
                request = urllib.request.Request(
                    os.environ["REPORTS"] + "/api.v1.beta1.DBManager/ReportObservationLog",
                    json.dumps(body).encode(), {"Content-Type": "application/json"})
                while True:
                    try: return urllib.request.urlopen(request).read()
                    except urllib.error.HTTPError: raise
                    except OSError: time.sleep(0.05)
            for value in [6, 5, 4]: report(value)
            while not os.path.exists(os.environ["GATE"]): time.sleep(0.05)
            for value in [3, 2, 1]: report(value)
            """,
        ], series: six, needsOperator: true)
}
