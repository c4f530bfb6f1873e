/** Turns whatever a command threw into a sentence and the exit code that scripts can rely on. */
import { type ExitCode, exitCodes } from './exit-codes.ts'

/** What is said of a failure; with `--json` this is the object under `error`. */
export interface Failure {
  name: string
  message: string
  exitCode: ExitCode
  /** Of a federation that exists nevertheless. */
  federationId?: string
}

/** Errors of the packages below, by the name of their class. What is not named here failed on this machine. */
const codes: Record<string, ExitCode> = {
  AmountError: exitCodes.usage,
  ConsentRefusedError: exitCodes.noConsent,
  FederationNotFoundError: exitCodes.usage,
  RoundAheadError: exitCodes.usage,
  InconsistentRoundsError: exitCodes.answerIsNo,
  InconsistentHistoryError: exitCodes.answerIsNo,
  FalseAnswerError: exitCodes.answerIsNo,
  ConflictingLogsError: exitCodes.unreachable,
  MalformedAnswerError: exitCodes.unreachable,
  NotTakenYetError: exitCodes.endpointRefused,
  NoModelError: exitCodes.usage,
  NoShardFitsError: exitCodes.usage,
  NoStatisticsError: exitCodes.usage,
  FewRowsError: exitCodes.badInput,
  FederationOverError: exitCodes.refused,
  UnknownModulesError: exitCodes.refused,
  UninitialisedError: exitCodes.refused,
  NotDeployedError: exitCodes.usage,
  OtherReleaseError: exitCodes.usage,
  UnsupportedEndpointError: exitCodes.usage,
  TokenMissingError: exitCodes.usage,
  ContractError: exitCodes.refused,
  CodeMismatchError: exitCodes.refused,
  EvmTooOldError: exitCodes.refused,
  BlobsNotTakenError: exitCodes.refused,
  ProxyOccupiedError: exitCodes.refused,
  ProxyRefusedError: exitCodes.refused,
  GasCapExceededError: exitCodes.refused,
  EndpointGasError: exitCodes.endpointRefused,
  EndpointRefusalError: exitCodes.endpointRefused,
  FeeLimitError: exitCodes.endpointRefused,
  UnusualFeeError: exitCodes.endpointRefused,
  CostLimitError: exitCodes.endpointRefused,
  RpcError: exitCodes.endpointRefused,
  OutOfGasError: exitCodes.refused,
  ProxyTooDearError: exitCodes.refused,
  TransactionRevertedError: exitCodes.refused,
  NotAMemberError: exitCodes.refused,
  PaymentRefusedError: exitCodes.refused,
  PrivacyBudgetError: exitCodes.refused,
  StatisticsTermsError: exitCodes.refused,
  LedgerDamagedError: exitCodes.badInput,
  StaleManifestError: exitCodes.refused,
  PublishedManifestError: exitCodes.refused,
  BlobsMissingError: exitCodes.badInput,
  StaleModelError: exitCodes.badInput,
  WordsMissingError: exitCodes.badInput,
  ModelMovedError: exitCodes.refused,
  MissingBaseError: exitCodes.badInput,
  BaseHashError: exitCodes.badInput,
  EndpointMismatchError: exitCodes.refused,
  MissingPayloadError: exitCodes.refused,
  NewerVersionError: exitCodes.refused,
  ChainUnreachableError: exitCodes.unreachable,
  ChainBehindError: exitCodes.unreachable,
  TransactionPendingError: exitCodes.unreachable,
  PortTakenError: exitCodes.unreachable,
  LocalChainError: exitCodes.unreachable,
  InvalidPrivateKeyError: exitCodes.noKey,
  TestAccountRefusedError: exitCodes.noKey,
  KeystoreError: exitCodes.noKey,
  NoAccountError: exitCodes.noKey,
  InsufficientFundsError: exitCodes.noFunds,
  InsufficientTokensError: exitCodes.noFunds,
  NoFundsError: exitCodes.noFunds,
}

/** Names of the errors of files and data sets. */
const inputNames =
  /^(Csv|Idx|Data|Statistics|TooManyRows|Digit|Dataset|Schema|Manifest|Label|Unfit|Safetensors|Column|Task|Partition|Weight|NonFinite|Onnx|UnsupportedOperator|FixedBatch|BaseModel)/

/** What the system's error codes mean and what to do about them; its own words say neither. */
const fileFaults: Record<string, (path: string) => { message: string; exitCode: ExitCode }> = {
  ENOENT: (path) => ({ message: `${path}: there is no such file. Check the path.`, exitCode: exitCodes.badInput }),
  EISDIR: (path) => ({ message: `${path} is a folder, not a file. Check the path.`, exitCode: exitCodes.badInput }),
  ENOTDIR: (path) => ({
    message: `${path}: a file stands where a folder should. Check the path.`,
    exitCode: exitCodes.badInput,
  }),
  EACCES: (path) => ({
    message: `${path}: this account may not read or write it. Check the path and its permissions.`,
    exitCode: exitCodes.badInput,
  }),
  EPERM: (path) => ({
    message: `${path}: this account may not change it. Check the path and its permissions.`,
    exitCode: exitCodes.badInput,
  }),
  EROFS: (path) => ({
    message: `${path} is on a read-only file system. Mount it for writing, or name another folder (a node: --store).`,
    exitCode: exitCodes.failed,
  }),
  ENOSPC: (path) => ({
    message: `The disk is full (${path}): free some space and start again. Nothing that was sent is lost.`,
    exitCode: exitCodes.failed,
  }),
}

/** Names a failure and says how the command ends. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), exitCode: exitCodes.failed }
  const { message } = error
  const { exitCode, code, causeName, federationId } = error as Partial<Failure> & { code?: unknown; causeName?: string }
  const name = causeName ?? error.name
  if (exitCode !== undefined)
    return { name, message, exitCode, ...(federationId === undefined ? {} : { federationId }) }
  if (name === 'AbortError') return { name, message: 'Interrupted.', exitCode: exitCodes.interrupted }
  const { path, dest, syscall } = error as { path?: unknown; dest?: unknown; syscall?: unknown }
  // A port that is taken has the same codes.
  const fault = typeof code === 'string' && syscall !== 'listen' ? fileFaults[code] : undefined
  if (fault !== undefined) {
    return { name, ...fault(String(path ?? dest ?? 'the file')) }
  }
  const known = codes[name] ?? (inputNames.test(name) ? exitCodes.badInput : undefined) ?? exitCodes.failed
  return { name, message, exitCode: known }
}

/**
 * Names an error of viem's that nothing below has named: it is no fault of this machine, and it quotes the endpoint's whole
 * address and what was sent.
 */
export async function nameChainErrors(error: unknown): Promise<unknown> {
  const isOfEndpoint = error instanceof Error && 'shortMessage' in error && 'metaMessages' in error
  if (!isOfEndpoint) return error
  const { toChainError } = await import('@tutti/chain')
  return toChainError(error)
}
