import CAttuneNAS

/// What a network computes in: `Float`, or `Double` where gradients are checked.
///
/// Feature maps lie as [channels][rows][columns][images].
public protocol NetworkScalar: BinaryFloatingPoint, Sendable {
    static var kernels: NetworkKernels<Self> { get }
}

/// The loops for one kind of number; attune_nas.h says what each does.
public struct NetworkKernels<Scalar>: Sendable {
    typealias Source = UnsafePointer<Scalar>
    typealias Target = UnsafeMutablePointer<Scalar>

    let depthwise: @Sendable (Source, Source, Target, Int32, AttuneWindow) -> Void
    let depthwiseInput: @Sendable (Source, Source, Target, Int32, AttuneWindow) -> Void
    let depthwiseFilters: @Sendable (Source, Source, Target, Int32, AttuneWindow) -> Void
    let pointwise: @Sendable (Source, Int, Int, Source, Target, Int32, Int32, Int) -> Void
    let pointwiseWeights: @Sendable (Source, Source, Target, Int32, Int32, Int) -> Void
    let unfold: @Sendable (Source, Target, Int32, AttuneWindow) -> Void
    let fold: @Sendable (Source, Target, Int32, AttuneWindow) -> Void
    let maxPool: @Sendable (Source, Target, UnsafeMutablePointer<UInt8>, Int32, AttuneWindow) -> Void
    let maxPoolInput: @Sendable (Source, UnsafePointer<UInt8>, Target, Int32, AttuneWindow) -> Void
    let averagePool: @Sendable (Source, Target, Int32, AttuneWindow) -> Void
    let averagePoolInput: @Sendable (Source, Target, Int32, AttuneWindow) -> Void
    let rectify: @Sendable (Source, Target, Int) -> Void
    let rectifyInput: @Sendable (Source, Source, Target, Int) -> Void
    let sum: @Sendable (Source, Int) -> Scalar
    let dot: @Sendable (Source, Source, Int) -> Scalar
    let squares: @Sendable (Source, Scalar, Int) -> Scalar
    let combine: @Sendable (UnsafePointer<Source?>, Source, Int32, Scalar, Target, Int) -> Void
    let add: @Sendable (Scalar, Source, Target, Int) -> Void
}

extension Float: NetworkScalar {
    public static let kernels = NetworkKernels<Float>(
        depthwise: { attune_f32_depthwise($0, $1, $2, $3, $4) },
        depthwiseInput: { attune_f32_depthwise_input($0, $1, $2, $3, $4) },
        depthwiseFilters: { attune_f32_depthwise_filters($0, $1, $2, $3, $4) },
        pointwise: { attune_f32_pointwise($0, $1, $2, $3, $4, $5, $6, $7) },
        pointwiseWeights: { attune_f32_pointwise_weights($0, $1, $2, $3, $4, $5) },
        unfold: { attune_f32_unfold($0, $1, $2, $3) }, fold: { attune_f32_fold($0, $1, $2, $3) },
        maxPool: { attune_f32_max_pool($0, $1, $2, $3, $4) },
        maxPoolInput: { attune_f32_max_pool_input($0, $1, $2, $3, $4) },
        averagePool: { attune_f32_average_pool($0, $1, $2, $3) },
        averagePoolInput: { attune_f32_average_pool_input($0, $1, $2, $3) },
        rectify: { attune_f32_rectify($0, $1, $2) }, rectifyInput: { attune_f32_rectify_input($0, $1, $2, $3) },
        sum: { attune_f32_sum($0, $1) }, dot: { attune_f32_dot($0, $1, $2) },
        squares: { attune_f32_squares($0, $1, $2) },
        combine: { attune_f32_combine($0, $1, $2, $3, $4, $5) }, add: { attune_f32_add($0, $1, $2, $3) })
}

extension Double: NetworkScalar {
    public static let kernels = NetworkKernels<Double>(
        depthwise: { attune_f64_depthwise($0, $1, $2, $3, $4) },
        depthwiseInput: { attune_f64_depthwise_input($0, $1, $2, $3, $4) },
        depthwiseFilters: { attune_f64_depthwise_filters($0, $1, $2, $3, $4) },
        pointwise: { attune_f64_pointwise($0, $1, $2, $3, $4, $5, $6, $7) },
        pointwiseWeights: { attune_f64_pointwise_weights($0, $1, $2, $3, $4, $5) },
        unfold: { attune_f64_unfold($0, $1, $2, $3) }, fold: { attune_f64_fold($0, $1, $2, $3) },
        maxPool: { attune_f64_max_pool($0, $1, $2, $3, $4) },
        maxPoolInput: { attune_f64_max_pool_input($0, $1, $2, $3, $4) },
        averagePool: { attune_f64_average_pool($0, $1, $2, $3) },
        averagePoolInput: { attune_f64_average_pool_input($0, $1, $2, $3) },
        rectify: { attune_f64_rectify($0, $1, $2) }, rectifyInput: { attune_f64_rectify_input($0, $1, $2, $3) },
        sum: { attune_f64_sum($0, $1) }, dot: { attune_f64_dot($0, $1, $2) },
        squares: { attune_f64_squares($0, $1, $2) },
        combine: { attune_f64_combine($0, $1, $2, $3, $4, $5) }, add: { attune_f64_add($0, $1, $2, $3) })
}
