/// An observation as a line of JSON, as `attune collect` prints it and whoever follows its output reads it back:
///
///     {"metric":"loss","value":0.25,"step":3,"time":"2026-06-22T08:15:00.250000000Z"}
///
/// Not a number and the infinities are the strings `nan`, `inf` and `-inf`, and a text is a string. What is read back is
/// equal to what was printed.
public enum CollectedLine {
    /// The line, without its end.
    public static func text(_ observation: Observation) -> String {
        let line: JSON = [
            "metric": .string(observation.metric), "value": observation.reported.json,
            "step": .number(observation.step), "time": .string(RFC3339.text(observation.time)),
        ]
        return line.description
    }

    /// The observation that a line is; nil of any other line.
    public static func observation(_ line: [UInt8]) -> Observation? {
        observation(String(decoding: line, as: UTF8.self))
    }

    /// The observation that a line is; nil of any other line.
    public static func observation(_ line: String) -> Observation? {
        guard let json = try? JSON(parsing: line), let metric = json["metric"]?.string,
            let value = json["value"].flatMap({ ReportedValue(json: $0) }), let step = json["step"]?.int,
            let time = json["time"]?.string.flatMap({ RFC3339.date($0) })
        else { return nil }
        return Observation(metric: metric, value: value, step: step, time: time)
    }
}
