import AttuneCore

/// How an operation is shown, by its kind.
struct CellStyle: Hashable {
    /// A name for classes and markers.
    let key: String
    /// What the legend calls it.
    let name: String
    /// Of lines and borders, dark enough on white; of the label's ground, light enough for dark text.
    let line: String
    let ground: String

    static let kinds = [
        CellStyle(key: "sep", name: "separable convolution", line: "#1d5fae", ground: "#e4eefb"),
        CellStyle(key: "dil", name: "dilated convolution", line: "#6b3fa0", ground: "#f0e8fa"),
        CellStyle(key: "max", name: "max pooling", line: "#a84a06", ground: "#fdeedd"),
        CellStyle(key: "avg", name: "average pooling", line: "#0b6b5f", ground: "#def4ef"),
        CellStyle(key: "skip", name: "skip connection", line: "#515b67", ground: "#eceff2"),
        CellStyle(key: "none", name: "no connection", line: "#8d949c", ground: "#ffffff"),
    ]

    static func of(_ operation: CellOperation) -> CellStyle {
        switch operation {
        case .separable: kinds[0]
        case .dilated: kinds[1]
        case .maxPool: kinds[2]
        case .averagePool: kinds[3]
        case .skip: kinds[4]
        case .none: kinds[5]
        }
    }
}

extension CellOperation {
    /// As a drawing labels it: `sep conv 3×3`.
    var label: String {
        switch self {
        case .none: "none"
        case .skip: "skip"
        case .maxPool(let kernel): "max pool \(kernel)×\(kernel)"
        case .averagePool(let kernel): "avg pool \(kernel)×\(kernel)"
        case .separable(let kernel): "sep conv \(kernel)×\(kernel)"
        case .dilated(let kernel): "dil conv \(kernel)×\(kernel)"
        }
    }
}
