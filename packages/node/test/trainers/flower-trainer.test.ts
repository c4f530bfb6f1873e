/** A Flower client as a member's trainer, run as an owner runs it; a federation with it is in its README. */
import { test } from 'node:test'
import { expectAgreement, findPython, pathOfExample, wholeBatches } from '../trainer-examples.ts'

const { python, reason: skip } = findPython('flwr')
const words = [python, pathOfExample('flower-client/train.py'), pathOfExample('flower-client/client.py')]

test('an unchanged NumPyClient trains as the built-in trainer does', { skip }, () =>
  // The client knows no momentum, no proximal term and no weights of classes.
  expectAgreement(words, 'logistic', { training: { ...wholeBatches, momentum: 0, proximal: 0 }, loss: {} }),
)
