/// How a supernet is searched: DARTS, with what its successors changed of it, each of which may be combined with others.
public struct SearchMethod: Sendable, Hashable {
    public var relaxation = Relaxation.softmax
    /// Whether the architecture's gradient looks one step of the weights ahead (Liu et al. 2019, eq. 7).
    public var looksAhead = false
    /// One channel in so many is mixed, the others pass by (Xu et al., *PC-DARTS*, ICLR 2020).
    public var partial = 1
    /// Whether the edges into a node are weighed against one another (PC-DARTS, eq. 3).
    public var normalisesEdges = false
    /// Whether every edge has one more skip at first, which fades to nothing (Chu et al., *DARTS−*, ICLR 2021, eq. 4).
    public var hasAuxiliarySkip = false
    /// Largest weight of the logarithm of summed powers that keeps the numbers of an edge together, reached at the end
    /// (Ye et al., *β-DARTS*, CVPR 2022, eq. 8); 0 is none.
    public var betaDecay = 0.0
    /// Weight of the push of sigmoids to 0 or 1 (*Fair DARTS*, eq. 4); 0 is none.
    public var zeroOnePush = 0.0
    /// Largest noise on the softmaxed weights while the network learns, reached at the end (Chen and Hsieh,
    /// *Stabilizing DARTS*, ICML 2020, eq. 4); 0 is none.
    public var perturbation = 0.0
    /// Skips that the normal cell may have; nil is any number (Chen et al., *Progressive DARTS*, ICCV 2019).
    public var maximumSkips: Int?
    /// The search ends where the normal cell comes to so many skips, with the cell of the epoch before (Liang et al.,
    /// *DARTS+*, 2019, criterion 1); nil is never.
    public var stopsAtSkips: Int?
    /// The search ends where the order of the operations was the same for so many epochs (*DARTS+*, criterion 2).
    public var stopsWhenStable: Int?
    /// The search ends where the loss has become so much sharper: where the mean curvature of five epochs, divided by that of
    /// five epochs later, is below this; with the cell of the earlier time (Zela et al., *Understanding and Robustifying
    /// DARTS*, ICLR 2020, section 4.3). Nil is never.
    public var stopsAtCurvature: Double?
    /// Share of the epochs in which only the network learns.
    public var warmUp = 0.0
    /// Temperatures of `gumbel` at the first and at the last step.
    public var firstTemperature = 10.0
    public var lastTemperature = 0.1

    public init() {}
}

extension SearchMethod {
    /// The methods by name, as papers have them; `default` is ours.
    public static let named: [(name: String, summary: String, method: SearchMethod)] = [
        (
            "default", "first-order DARTS with β decay and at most two skips in the normal cell",
            make {
                $0.betaDecay = 5
                $0.maximumSkips = 2
            }
        ), ("darts-1", "first-order DARTS", make { _ in }),
        ("darts-2", "second-order DARTS", make { $0.looksAhead = true }),
        ("gdas", "one operation of each edge at a time, drawn", make { $0.relaxation = .gumbel }),
        (
            "pc-darts", "a quarter of the channels mixed, edges weighed",
            make {
                $0.partial = 4
                $0.normalisesEdges = true
                $0.warmUp = 0.3
            }
        ), ("beta-darts", "first order with β decay", make { $0.betaDecay = 50 }),
        ("darts-minus", "first order with an auxiliary skip that fades", make { $0.hasAuxiliarySkip = true }),
        (
            "darts-plus", "first order, ended where the normal cell comes to two skips or its order is settled",
            make {
                $0.stopsAtSkips = 2
                $0.stopsWhenStable = 10
            }
        ),
        (
            "robust-darts", "first order, ended where the validation loss becomes sharp",
            make { $0.stopsAtCurvature = 0.75 }
        ),
        (
            "fair-darts", "sigmoids instead of a softmax, pushed to 0 or 1",
            make {
                $0.relaxation = .sigmoid
                $0.zeroOnePush = 10
            }
        ),
        ("sdarts-rs", "first order with noise on the weights while the network learns", make { $0.perturbation = 0.1 }),
    ]

    private static func make(_ change: (inout SearchMethod) -> Void) -> SearchMethod {
        var method = SearchMethod()
        change(&method)
        return method
    }

    public init?(named name: String) {
        guard let method = SearchMethod.named.first(where: { $0.name == name })?.method else { return nil }
        self = method
    }
}
