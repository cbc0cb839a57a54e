struct TruncatedNormal { init(mean: Double, deviation: Double, in: ClosedRange<Double>) {}
 func cdf(_ x: Double) -> Double { 0 }
 func quantile(_ x: Double) -> Double { 0 } }
