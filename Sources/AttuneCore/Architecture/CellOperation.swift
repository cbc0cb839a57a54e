/// What an edge of a cell may do to a stack of feature maps (Liu et al., *DARTS: Differentiable Architecture Search*,
/// ICLR 2019, section 3.1).
public enum CellOperation: Sendable, Hashable {
    /// No connection: zeros.
    case none
    case maxPool(Int)
    case averagePool(Int)
    /// The identity; where the edge halves the image, a factorised reduction.
    case skip
    /// Twice ReLU, depthwise convolution, pointwise convolution, batch norm.
    case separable(Int)
    /// ReLU, depthwise convolution of dilation 2, pointwise convolution, batch norm.
    case dilated(Int)

    /// The eight of the paper, in the order of its authors' code.
    public static let darts: [CellOperation] = [
        .none, .maxPool(3), .averagePool(3), .skip, .separable(3), .separable(5), .dilated(3), .dilated(5),
    ]

    /// The largest side of a window.
    public static let largestWindow = 15

    /// Side of its window in pixels, odd; 1 where it has none.
    public var kernel: Int {
        switch self {
        case .none, .skip: 1
        case .maxPool(let kernel), .averagePool(let kernel), .separable(let kernel), .dilated(let kernel): kernel
        }
    }
}

/// Names, as three kinds of programs write them.
extension CellOperation: CustomStringConvertible {
    /// As the authors' code writes it: `sep_conv_3x3`.
    public var description: String {
        switch self {
        case .none: "none"
        case .skip: "skip_connect"
        case .maxPool(let kernel): "max_pool_\(kernel)x\(kernel)"
        case .averagePool(let kernel): "avg_pool_\(kernel)x\(kernel)"
        case .separable(let kernel): "sep_conv_\(kernel)x\(kernel)"
        case .dilated(let kernel): "dil_conv_\(kernel)x\(kernel)"
        }
    }

    /// As Katib's containers write it: `separable_convolution_3x3`.
    public var katibName: String {
        switch self {
        case .none: "none"
        case .skip: "skip_connection"
        case .maxPool(let kernel): "max_pooling_\(kernel)x\(kernel)"
        case .averagePool(let kernel): "avg_pooling_\(kernel)x\(kernel)"
        case .separable(let kernel): "separable_convolution_\(kernel)x\(kernel)"
        case .dilated(let kernel): "dilated_convolution_\(kernel)x\(kernel)"
        }
    }

    /// Reads either name; nil for anything else, an even or an oblong window included.
    public init?(_ name: String) {
        switch name {
        case "none": self = .none
        case "skip_connect", "skip_connection": self = .skip
        default:
            // By hand, as a search asks for thousands of them.
            guard let end = name.lastIndex(of: "_") else { return nil }
            let sides = name[name.index(after: end)...].split(separator: "x", omittingEmptySubsequences: false)
            guard sides.count == 2, sides[0] == sides[1], (1...2).contains(sides[0].utf8.count),
                sides[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let kernel = Int(sides[0]), kernel % 2 == 1,
                kernel <= CellOperation.largestWindow
            else { return nil }
            switch name[..<end] {
            case "max_pool", "max_pooling": self = .maxPool(kernel)
            case "avg_pool", "avg_pooling": self = .averagePool(kernel)
            case "sep_conv", "separable_convolution": self = .separable(kernel)
            case "dil_conv", "dilated_convolution": self = .dilated(kernel)
            default: return nil
            }
        }
    }
}

extension CellOperation {
    /// What to say where a text names an operation that there is not.
    public static func unknown(_ name: String) -> String { "found operation \"\(name)\"; \(remedy)" }

    static let remedy =
        "the operations are \(darts.map(\.description).joined(separator: ", ")), or with windows of another odd size up to \(largestWindow)"
}
