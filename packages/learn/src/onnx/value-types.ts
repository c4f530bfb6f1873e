/**
 * Element types of a graph's values: which a node gives, and whether its operands go together.
 */
import type { ElementType, Node } from './writer.ts'
import { ElementType as NUMBERS } from './writer.ts'

/** Operations that give truth. */
const TRUTH = new Set(['Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not', 'IsNaN'])

/** Operations of truth alone. */
const OF_TRUTH = new Set(['And', 'Or', 'Xor', 'Not'])

/** Operations whose operands may be of any numbers, all of one type. */
const OF_NUMBERS = new Set(
  (
    'Add Sub Mul Div Max Min Mod Equal Greater Less GreaterOrEqual LessOrEqual MatMul Neg Abs Sign ReduceSum ReduceMean ' +
    'Clip Relu'
  ).split(' '),
)

/** Operations that move values of any type about; their further operands say how. */
const MOVING = new Set(
  'Identity Reshape Flatten Transpose Squeeze Unsqueeze Gather Slice Split Expand Pad Trilu Cast Shape Pow'.split(' '),
)

/**
 * The type of what a node gives; undefined where its operands do not go together.
 *
 * @param types - Of its inputs, those left out not counted.
 */
export function inferType({ op, attributes }: Node, types: ElementType[]): ElementType | undefined {
  const [first] = types
  const isOne = types.every((type) => type === first)
  if (op === 'Shape') return 'int64'
  if (op === 'ConstantOfShape') return 'float'
  if (op === 'Cast') {
    const to = attributes.to !== undefined && 'int' in attributes.to ? attributes.to.int : 0
    return (Object.keys(NUMBERS) as ElementType[]).find((type) => NUMBERS[type] === to)
  }
  if (op === 'Where') return first === 'bool' && types[1] === types[2] ? types[1] : undefined
  if (op === 'Concat') return isOne ? first : undefined
  if (op === 'Pow') return first === 'bool' ? undefined : first
  if (MOVING.has(op)) return first
  if (OF_TRUTH.has(op)) return isOne && first === 'bool' ? 'bool' : undefined
  // Reductions carry their axes as an operand.
  if (op === 'ReduceSum') return first
  if (op === 'Equal') return isOne ? 'bool' : undefined
  if (OF_NUMBERS.has(op)) return isOne && first !== 'bool' ? (TRUTH.has(op) ? 'bool' : first) : undefined
  if (op === 'IsNaN') return first === 'float' ? 'bool' : undefined
  return isOne && first === 'float' ? 'float' : undefined
}
