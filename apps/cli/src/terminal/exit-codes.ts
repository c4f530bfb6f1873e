/** What the exit code of `tutti` says, so that scripts can tell what went wrong; {@link exitCodeList} for people. */
export const exitCodes = {
  done: 0,
  /** It ran, and the answer is no: a figure misses its limit, a model is not what its history implies. */
  answerIsNo: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Consent to what becomes public was not given. */
  noConsent: 3,
  /** A file or data set is missing or wrong. */
  badInput: 10,
  /** Something else failed on this machine: a full disk, a missing program. */
  failed: 11,
  /** The chain does not answer. */
  unreachable: 20,
  /** A contract refused the transaction. */
  refused: 21,
  /** The endpoint refused by its own rule, or fees are above the owner's limits. */
  endpointRefused: 22,
  /** No key, a wrong password, a test account on a public chain. */
  noKey: 30,
  /** The account has too few tokens, or too little of the chain's coin. */
  noFunds: 31,
  /** The model is what its history implies, and an update in it breaks its bounds: nobody proved that in time. */
  faultStands: 40,
  /** Interrupted by Ctrl-C. */
  interrupted: 130,
} as const

/** Every exit code with what it means, for `tutti --help` and docs. */
export const exitCodeList: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done',
  answerIsNo: 'done, and the answer is no: a model is not what its history implies, or a figure misses its limit',
  usage: 'the command line is wrong, or names something that is not there',
  noConsent: 'consent to what becomes public was not given',
  badInput: 'a file or data set is missing or wrong',
  failed: 'something else failed on this machine: a full disk, a missing program',
  unreachable: 'the chain does not answer, or its answers make no sense',
  refused: 'the chain or a contract refuses what was asked',
  endpointRefused: 'the endpoint refuses by its own rule, or fees are higher than you allow',
  noKey: 'no key, a wrong password, or a test account on a public chain',
  noFunds: "the account has too few tokens, or too little of the chain's coin",
  faultStands: 'done: the model is right, but an update that breaks its bounds is part of it',
  interrupted: 'interrupted by Ctrl-C',
}

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** An error with the exit code that it ends the command with. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode

  /**
   * @param message - What went wrong and what to do about it.
   * @param exitCode - How the command ends.
   */
  constructor(message: string, exitCode: ExitCode) {
    super(message)
    this.exitCode = exitCode
  }
}
