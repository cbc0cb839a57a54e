/// A differentiable architecture search as Katib hands it to a trial (Liu et al. 2019): one point, whose three values say
/// all that the trial's program needs to know.
public struct SupernetTask: Sendable, Hashable {
    static let algorithm = "darts"

    /// What the trial is told of the search unless the experiment says otherwise, spelled as Katib's containers get it.
    public static let defaults: KeyValuePairs<String, String> = [
        "num_epochs": "50", "w_lr": "0.025", "w_lr_min": "0.001", "w_momentum": "0.9", "w_weight_decay": "0.0003",
        "w_grad_clip": "5.0", "alpha_lr": "0.0003", "alpha_weight_decay": "0.001", "batch_size": "128",
        "num_workers": "4", "init_channels": "16", "print_step": "50", "num_nodes": "4", "stem_multiplier": "3",
    ]
    /// What stands for "none" in a setting.
    public static let none = "None"

    private let config: NASConfig
    private let settings: [AlgorithmSpec.Setting]

    init(_ config: NASConfig, settings: [AlgorithmSpec.Setting]) {
        self.config = config
        self.settings = settings
    }

    var parameters: [ParameterSpec] {
        [
            ("algorithm-settings", settingsText), ("search-space", operationsText),
            ("num-layers", String(config.layers ?? 0)),
        ].map { ParameterSpec($0, .categorical([$1])) }
    }

    /// Defaults are numbers, and what the user set is text.
    private var settingsText: String {
        var fields = JSON.Fields(SupernetTask.defaults.map { ($0.key, .number($0.value)) })
        for setting in settings {
            fields[setting.name] = setting.value == SupernetTask.none ? .null : .string(setting.value)
        }
        return JSON.object(fields).singleQuoted
    }

    /// Each operation with each value of its first parameter, which is the size of its filter.
    private var operationsText: String {
        let names = config.operations.flatMap { operation -> [String] in
            guard operation.type != NASConfig.Operation.skip else { return [operation.type] }
            return (SupernetTask.sizes(of: operation) ?? []).map { "\(operation.type)_\($0)x\($0)" }
        }
        return JSON.array(names.map { .string($0) }).singleQuoted
    }

    /// Nil where the operation has no list first.
    static func sizes(of operation: NASConfig.Operation) -> [String]? {
        switch operation.parameters.first?.domain {
        case .categorical(let list), .discrete(let list): list
        default: nil
        }
    }
}

extension NASConfig.Operation {
    /// The operation that changes nothing, and needs no parameters.
    static let skip = "skip_connection"
}
