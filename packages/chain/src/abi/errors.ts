export const errorsAbi = [
 {
  "type": "error",
  "name": "AggregatorHasNoCode",
  "inputs": [
   {
    "name": "aggregator",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "AlreadyCommitted",
  "inputs": [
   {
    "name": "position",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "AlreadyInitialised",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "AlreadyLeaving",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "AlreadyMember",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "AlreadySubmitted",
  "inputs": [
   {
    "name": "position",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "AlreadyVoted",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint256"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "AssignmentOutOfRange",
  "inputs": [
   {
    "name": "assigned",
    "type": "uint256"
   },
   {
    "name": "shardsPerMember",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ChallengeAlreadyBound",
  "inputs": [
   {
    "name": "challenger",
    "type": "address"
   },
   {
    "name": "commitment",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ChallengeNotBound",
  "inputs": [
   {
    "name": "challenger",
    "type": "address"
   },
   {
    "name": "commitment",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "CohortSizeOutOfRange",
  "inputs": [
   {
    "name": "cohortSize",
    "type": "uint256"
   },
   {
    "name": "max",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "CommitmentMismatch",
  "inputs": [
   {
    "name": "expected",
    "type": "bytes32"
   },
   {
    "name": "actual",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "DimensionZero",
  "inputs": []
 },
 {
  "type": "error",
  "name": "EndQuorumOutOfRange",
  "inputs": [
   {
    "name": "endQuorum",
    "type": "uint256"
   },
   {
    "name": "max",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "EndingNotAllowed",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "FaultNotProven",
  "inputs": [
   {
    "name": "position",
    "type": "uint256"
   },
   {
    "name": "assigned",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "FederationExists",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "FederationFinished",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "GainsMalformed",
  "inputs": [
   {
    "name": "entry",
    "type": "uint256"
   },
   {
    "name": "value",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "GasTooLow",
  "inputs": [
   {
    "name": "needed",
    "type": "uint256"
   },
   {
    "name": "left",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "GateHasNoCode",
  "inputs": [
   {
    "name": "gate",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "HoldingsExceeded",
  "inputs": [
   {
    "name": "held",
    "type": "uint256"
   },
   {
    "name": "amount",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "IdleSecondsZero",
  "inputs": []
 },
 {
  "type": "error",
  "name": "JudgeHasNoCode",
  "inputs": [
   {
    "name": "judge",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "KeeperBudgetExceeded",
  "inputs": [
   {
    "name": "needed",
    "type": "uint256"
   },
   {
    "name": "pot",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "KeeperWindow",
  "inputs": [
   {
    "name": "keeper",
    "type": "address"
   },
   {
    "name": "exclusiveUntil",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ManifestMismatch",
  "inputs": [
   {
    "name": "expected",
    "type": "bytes32"
   },
   {
    "name": "actual",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "MinimumUpdatesOutOfRange",
  "inputs": [
   {
    "name": "minimumUpdates",
    "type": "uint256"
   },
   {
    "name": "cohortSize",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModuleAnswerMalformed",
  "inputs": [
   {
    "name": "module",
    "type": "address"
   },
   {
    "name": "selector",
    "type": "bytes4"
   },
   {
    "name": "size",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModuleFailed",
  "inputs": [
   {
    "name": "module",
    "type": "address"
   },
   {
    "name": "selector",
    "type": "bytes4"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotAdmitted",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotCommitted",
  "inputs": [
   {
    "name": "position",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotFrozen",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint256"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotInCohort",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint256"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotInitialised",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotMember",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotOverdue",
  "inputs": [
   {
    "name": "overdueAt",
    "type": "uint256"
   },
   {
    "name": "time",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NothingSubmitted",
  "inputs": [
   {
    "name": "position",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ReentrancyGuardReentrantCall",
  "inputs": []
 },
 {
  "type": "error",
  "name": "RoundsZero",
  "inputs": []
 },
 {
  "type": "error",
  "name": "SafeERC20FailedOperation",
  "inputs": [
   {
    "name": "token",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "SeedNotReady",
  "inputs": [
   {
    "name": "seedBlock",
    "type": "uint256"
   },
   {
    "name": "currentBlock",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "SetupMismatch",
  "inputs": [
   {
    "name": "expected",
    "type": "bytes32"
   },
   {
    "name": "actual",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ShardAlreadyAggregated",
  "inputs": [
   {
    "name": "shard",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ShardOutOfRange",
  "inputs": [
   {
    "name": "shard",
    "type": "uint256"
   },
   {
    "name": "shards",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ShardSizeZero",
  "inputs": []
 },
 {
  "type": "error",
  "name": "ShardsPerMemberOutOfRange",
  "inputs": [
   {
    "name": "shardsPerMember",
    "type": "uint256"
   },
   {
    "name": "shards",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "StakeForfeited",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "StillLeaving",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "account",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "SubmitSecondsZero",
  "inputs": []
 },
 {
  "type": "error",
  "name": "TokenHasNoCode",
  "inputs": [
   {
    "name": "token",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "TokenMissing",
  "inputs": [
   {
    "name": "stake",
    "type": "uint256"
   },
   {
    "name": "bounty",
    "type": "uint256"
   },
   {
    "name": "keeperPay",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "TooFewMembers",
  "inputs": [
   {
    "name": "members",
    "type": "uint256"
   },
   {
    "name": "minimumUpdates",
    "type": "uint256"
   },
   {
    "name": "cohortSize",
    "type": "uint256"
   },
   {
    "name": "opensAt",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "TooManyShards",
  "inputs": [
   {
    "name": "shards",
    "type": "uint256"
   },
   {
    "name": "max",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "TransferShortfall",
  "inputs": [
   {
    "name": "token",
    "type": "address"
   },
   {
    "name": "expected",
    "type": "uint256"
   },
   {
    "name": "received",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "UnknownFederation",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongFirst",
  "inputs": [
   {
    "name": "expected",
    "type": "uint256"
   },
   {
    "name": "given",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongPayloadCount",
  "inputs": [
   {
    "name": "given",
    "type": "uint256"
   },
   {
    "name": "max",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongPhase",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "expected",
    "type": "uint8"
   },
   {
    "name": "actual",
    "type": "uint8"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongRound",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "current",
    "type": "uint256"
   },
   {
    "name": "given",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "AggregateTooCostly",
  "inputs": [
   {
    "name": "gas",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "AggregateTooLong",
  "inputs": [
   {
    "name": "size",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "AlreadyRegistered",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "AmplitudeTooLarge",
  "inputs": [
   {
    "name": "tensor",
    "type": "uint256"
   },
   {
    "name": "amplitude",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "BoundExceeded",
  "inputs": [
   {
    "name": "parameter",
    "type": "uint256"
   },
   {
    "name": "value",
    "type": "int256"
   },
   {
    "name": "bound",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "BoundTooLarge",
  "inputs": [
   {
    "name": "bound",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ChunkAlreadyWritten",
  "inputs": [
   {
    "name": "chunk",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ChunkMismatch",
  "inputs": [
   {
    "name": "chunk",
    "type": "uint256"
   },
   {
    "name": "hash",
    "type": "bytes32"
   },
   {
    "name": "expected",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "DigestMismatch",
  "inputs": [
   {
    "name": "update",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "EmptyLayer",
  "inputs": [
   {
    "name": "layer",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "EmptyModel",
  "inputs": []
 },
 {
  "type": "error",
  "name": "EmptyShard",
  "inputs": []
 },
 {
  "type": "error",
  "name": "EmptyTensor",
  "inputs": [
   {
    "name": "tensor",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidCohortSize",
  "inputs": [
   {
    "name": "cohortSize",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidGain",
  "inputs": [
   {
    "name": "entry",
    "type": "uint256"
   },
   {
    "name": "value",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidLayerShift",
  "inputs": [
   {
    "name": "layer",
    "type": "uint256"
   },
   {
    "name": "shift",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidOutputs",
  "inputs": [
   {
    "name": "outputs",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidShardsPerMember",
  "inputs": [
   {
    "name": "shardsPerMember",
    "type": "uint256"
   },
   {
    "name": "shards",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "LaneOverflow",
  "inputs": [
   {
    "name": "largest",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "LayersMismatch",
  "inputs": [
   {
    "name": "parameters",
    "type": "uint256"
   },
   {
    "name": "dimension",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "LayersUnconnected",
  "inputs": [
   {
    "name": "layer",
    "type": "uint256"
   },
   {
    "name": "inputs",
    "type": "uint256"
   },
   {
    "name": "outputsBefore",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "MalformedSetup",
  "inputs": [
   {
    "name": "length",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "MisalignedShard",
  "inputs": [
   {
    "name": "shardSize",
    "type": "uint256"
   },
   {
    "name": "multiple",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelInMotion",
  "inputs": [
   {
    "name": "round",
    "type": "uint256"
   },
   {
    "name": "shardsDone",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelTooLarge",
  "inputs": [
   {
    "name": "words",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NoNetwork",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NoSuchChunk",
  "inputs": [
   {
    "name": "chunk",
    "type": "uint256"
   },
   {
    "name": "chunks",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NoSuchLane",
  "inputs": [
   {
    "name": "lane",
    "type": "uint256"
   },
   {
    "name": "lanes",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NoSuchShard",
  "inputs": [
   {
    "name": "shard",
    "type": "uint256"
   },
   {
    "name": "shards",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NonZeroPadding",
  "inputs": [
   {
    "name": "found",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotInitialised",
  "inputs": [
   {
    "name": "chunksDone",
    "type": "uint256"
   },
   {
    "name": "chunks",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotRegistered",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "OutputOverflow",
  "inputs": [
   {
    "name": "largestAccumulator",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "SetupTooLarge",
  "inputs": [
   {
    "name": "length",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "SubmitTooCostly",
  "inputs": [
   {
    "name": "gas",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "SubmitTooLong",
  "inputs": [
   {
    "name": "size",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "TensorsMismatch",
  "inputs": [
   {
    "name": "parameters",
    "type": "uint256"
   },
   {
    "name": "dimension",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "TooManyShards",
  "inputs": [
   {
    "name": "shards",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "TooManyUpdates",
  "inputs": [
   {
    "name": "updates",
    "type": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "UnsupportedBits",
  "inputs": [
   {
    "name": "bits",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "UnsupportedChallenge",
  "inputs": [
   {
    "name": "challengeSeconds",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "UnsupportedLaneBits",
  "inputs": [
   {
    "name": "laneBits",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "UnsupportedRule",
  "inputs": [
   {
    "name": "rule",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongChunkCount",
  "inputs": [
   {
    "name": "chunks",
    "type": "uint256"
   },
   {
    "name": "expected",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongChunkLength",
  "inputs": [
   {
    "name": "length",
    "type": "uint256"
   },
   {
    "name": "expected",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongDataLength",
  "inputs": [
   {
    "name": "length",
    "type": "uint256"
   },
   {
    "name": "expected",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongDigestCount",
  "inputs": [
   {
    "name": "digests",
    "type": "uint256"
   },
   {
    "name": "contexts",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongInputLength",
  "inputs": [
   {
    "name": "length",
    "type": "uint256"
   },
   {
    "name": "expected",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "WrongPayloadLength",
  "inputs": [
   {
    "name": "length",
    "type": "uint256"
   },
   {
    "name": "expected",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ZeroBiasMultiplier",
  "inputs": [
   {
    "name": "layer",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ECDSAInvalidSignature",
  "inputs": []
 },
 {
  "type": "error",
  "name": "ECDSAInvalidSignatureLength",
  "inputs": [
   {
    "name": "length",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ECDSAInvalidSignatureS",
  "inputs": [
   {
    "name": "s",
    "type": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ERC20InsufficientAllowance",
  "inputs": [
   {
    "name": "spender",
    "type": "address"
   },
   {
    "name": "allowance",
    "type": "uint256"
   },
   {
    "name": "needed",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ERC20InsufficientBalance",
  "inputs": [
   {
    "name": "sender",
    "type": "address"
   },
   {
    "name": "balance",
    "type": "uint256"
   },
   {
    "name": "needed",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ERC20InvalidApprover",
  "inputs": [
   {
    "name": "approver",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "ERC20InvalidReceiver",
  "inputs": [
   {
    "name": "receiver",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "ERC20InvalidSender",
  "inputs": [
   {
    "name": "sender",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "ERC20InvalidSpender",
  "inputs": [
   {
    "name": "spender",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "ERC2612ExpiredSignature",
  "inputs": [
   {
    "name": "deadline",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ERC2612InvalidSigner",
  "inputs": [
   {
    "name": "signer",
    "type": "address"
   },
   {
    "name": "owner",
    "type": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidAccountNonce",
  "inputs": [
   {
    "name": "account",
    "type": "address"
   },
   {
    "name": "currentNonce",
    "type": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidShortString",
  "inputs": []
 },
 {
  "type": "error",
  "name": "StringTooLong",
  "inputs": [
   {
    "name": "str",
    "type": "string"
   }
  ]
 }
] as const
