/** Calls of PyTorch that the exporter notes, and which of their parameters an operand of a node is. */

/** Which of a call's parameters an operand is: by the call, the operator, and the operand's place. */
export const CALLS = new Map<string, Record<string, (place: number) => number>>(
  Object.entries({
    linear: { MatMul: () => 0, Gemm: (place) => place - 1, Add: () => 1 },
    layer_norm: { LayerNormalization: (place) => place - 1 },
    group_norm: {
      GroupNormalization: (place) => place - 1,
      InstanceNormalization: () => -1,
      Mul: () => 0,
      Add: () => 1,
    },
    instance_norm: { InstanceNormalization: (place) => place - 1 },
    prelu: { PRelu: () => 0 },
    embedding: { Gather: () => 0 },
    ...Object.fromEntries(
      ['conv1d', 'conv2d', 'convolution', 'conv_transpose1d', 'conv_transpose2d'].map((call) => [
        call,
        { Conv: (place: number) => place - 1, ConvTranspose: (place: number) => place - 1 },
      ]),
    ),
  }),
)
