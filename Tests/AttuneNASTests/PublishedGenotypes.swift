import AttuneCore
import AttuneNAS

/// The cells that the authors of DARTS found on CIFAR-10, as their paper and code publish them.
enum Published {
    /// First order.
    static let darts1 = """
        Genotype(normal=[('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 0), ('sep_conv_3x3', 1), \
        ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 2)], \
        normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), \
        ('max_pool_3x3', 0), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('avg_pool_3x3', 0)], \
        reduce_concat=[2, 3, 4, 5])
        """
    /// Second order.
    static let darts2 = """
        Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), \
        ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], \
        normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), \
        ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], \
        reduce_concat=range(2, 6))
        """
    /// The second, as one of Katib's containers would print it.
    static let katib = """
        Genotype(normal=[[('separable_convolution_3x3',0),('separable_convolution_3x3',1)],\
        [('separable_convolution_3x3',0),('separable_convolution_3x3',1)],\
        [('separable_convolution_3x3',1),('skip_connection',0)],[('skip_connection',0),\
        ('dilated_convolution_3x3',2)]],normal_concat=range(2,6),reduce=[[('max_pooling_3x3',0),\
        ('max_pooling_3x3',1)],[('skip_connection',2),('max_pooling_3x3',1)],[('max_pooling_3x3',0),\
        ('skip_connection',2)],[('skip_connection',2),('max_pooling_3x3',1)]],reduce_concat=range(2,6))
        """

    static func genotype(_ text: String) throws -> Genotype { try Genotype(parsing: text) }
}
