import Foundation

/// Sums of a few peaks whose places and widths are tables. Minimisers by Newton's method in 30 digits.
extension Landscape {
    /// Four Gaussian peaks (Hartman 1973). All lie in the box, so nothing outside it is lower.
    public static var hartmann3: Landscape {
        Landscape(
            "hartmann", 3, "Four Gaussian peaks (Hartman 1973)", over: 0...1, optimum: -3.86277978733266252,
            at: [[0.114588876655068968, 0.555648894616930045, 0.852546984686677438]],
            value: hartmann(
                widths: [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]],
                places: [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]))
    }

    /// Four Gaussian peaks, elongated (Hartman 1973).
    public static var hartmann6: Landscape {
        Landscape(
            "hartmann", 6, "Four elongated Gaussian peaks (Hartman 1973)", over: 0...1, optimum: -3.3223680114155148,
            at: [
                [
                    0.201689511006705424, 0.150010691823457969, 0.47687397422189699, 0.275332430494056068,
                    0.311651616600113242, 0.657300534065620306,
                ]
            ],
            value: hartmann(
                widths: [
                    [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
                    [17, 8, 0.05, 10, 0.1, 14],
                ],
                places: [
                    [1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                    [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381],
                ]))
    }

    /// - Parameter places: centres of the peaks, in ten-thousandths.
    private static func hartmann(widths: [[Double]], places: [[Double]]) -> @Sendable ([Double]) -> Double {
        let heights = [1, 1.2, 3, 3.2]
        return { x in
            -sum(0..<4) { peak in
                heights[peak] * exp(-sum(0..<x.count) { widths[peak][$0] * squared(x[$0] - places[peak][$0] / 10_000) })
            }
        }
    }

    /// Ten fox holes (Shekel 1971, m = 10). All lie in the box, so nothing outside it is lower.
    public static var shekel: Landscape {
        let holes: [[Double]] = [
            [4, 4, 4, 4], [1, 1, 1, 1], [8, 8, 8, 8], [6, 6, 6, 6], [3, 7, 3, 7], [2, 9, 2, 9], [5, 5, 3, 3],
            [8, 1, 8, 1],
            [6, 2, 6, 2], [7, 3.6, 7, 3.6],
        ]
        let widths = [0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5]
        return Landscape(
            "shekel", 4, "Ten fox holes (Shekel 1971)", over: 0...10, optimum: -10.5364098166920431,
            at: [[4.00074653159204672, 4.000592934138532, 3.9996633980403223, 3.99950980058680758]]
        ) { x in
            -sum(0..<holes.count) { hole in 1 / (sum(0..<4) { squared(x[$0] - holes[hole][$0]) } + widths[hole]) }
        }
    }
}
