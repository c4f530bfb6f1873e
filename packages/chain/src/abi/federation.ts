export const federationAbi = [
 {
  "type": "function",
  "name": "abandon",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "aggregate",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   },
   {
    "name": "shard",
    "type": "uint16"
   },
   {
    "name": "data",
    "type": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "bindChallenge",
  "inputs": [
   {
    "name": "commitment",
    "type": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "challenge",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   },
   {
    "name": "position",
    "type": "uint16"
   },
   {
    "name": "assigned",
    "type": "uint16"
   },
   {
    "name": "proof",
    "type": "bytes"
   },
   {
    "name": "salt",
    "type": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "claim",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "amount",
    "type": "uint256"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "classify",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "input",
    "type": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint256"
   },
   {
    "name": "",
    "type": "int256[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "close",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "cohortOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "address[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "commit",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   },
   {
    "name": "commitment",
    "type": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "commitmentOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   },
   {
    "name": "member",
    "type": "address"
   },
   {
    "name": "salt",
    "type": "bytes32"
   },
   {
    "name": "payloadHash",
    "type": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "contextOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   },
   {
    "name": "member",
    "type": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "create",
  "inputs": [
   {
    "name": "terms",
    "type": "tuple",
    "components": [
     {
      "name": "manifestHash",
      "type": "bytes32"
     },
     {
      "name": "setupHash",
      "type": "bytes32"
     },
     {
      "name": "salt",
      "type": "bytes32"
     },
     {
      "name": "gains",
      "type": "uint256"
     },
     {
      "name": "stake",
      "type": "uint128"
     },
     {
      "name": "bounty",
      "type": "uint128"
     },
     {
      "name": "keeperPay",
      "type": "uint128"
     },
     {
      "name": "joinSeconds",
      "type": "uint32"
     },
     {
      "name": "commitSeconds",
      "type": "uint32"
     },
     {
      "name": "idleSeconds",
      "type": "uint32"
     },
     {
      "name": "aggregator",
      "type": "address"
     },
     {
      "name": "dimension",
      "type": "uint32"
     },
     {
      "name": "shardSize",
      "type": "uint32"
     },
     {
      "name": "rounds",
      "type": "uint32"
     },
     {
      "name": "token",
      "type": "address"
     },
     {
      "name": "cohortSize",
      "type": "uint16"
     },
     {
      "name": "minimumUpdates",
      "type": "uint16"
     },
     {
      "name": "shardsPerMember",
      "type": "uint16"
     },
     {
      "name": "endQuorum",
      "type": "uint16"
     },
     {
      "name": "laneBits",
      "type": "uint8"
     },
     {
      "name": "bits",
      "type": "uint8"
     },
     {
      "name": "rule",
      "type": "uint8"
     },
     {
      "name": "gate",
      "type": "address"
     },
     {
      "name": "submitSeconds",
      "type": "uint32"
     },
     {
      "name": "challengeSeconds",
      "type": "uint32"
     },
     {
      "name": "keeperSeconds",
      "type": "uint32"
     },
     {
      "name": "judge",
      "type": "address"
     }
    ]
   },
   {
    "name": "manifest",
    "type": "bytes"
   },
   {
    "name": "setup",
    "type": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "draw",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "history",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "from",
    "type": "uint256"
   },
   {
    "name": "count",
    "type": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple[]",
    "components": [
     {
      "name": "openedAt",
      "type": "uint40"
     },
     {
      "name": "closedAt",
      "type": "uint40"
     },
     {
      "name": "cohort",
      "type": "uint16"
     },
     {
      "name": "updates",
      "type": "uint16"
     },
     {
      "name": "paid",
      "type": "uint128"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "initialise",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "chunk",
    "type": "uint256"
   },
   {
    "name": "data",
    "type": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "join",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "admission",
    "type": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "joinWithPermit",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "admission",
    "type": "bytes"
   },
   {
    "name": "deadline",
    "type": "uint256"
   },
   {
    "name": "v",
    "type": "uint8"
   },
   {
    "name": "r",
    "type": "bytes32"
   },
   {
    "name": "s",
    "type": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "keeperOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "shard",
    "type": "uint16"
   }
  ],
  "outputs": [
   {
    "name": "keeper",
    "type": "address"
   },
   {
    "name": "exclusiveUntil",
    "type": "uint256"
   },
   {
    "name": "pay",
    "type": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "leave",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "memberOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "account",
    "type": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "components": [
     {
      "name": "owed",
      "type": "uint128"
     },
     {
      "name": "stake",
      "type": "uint128"
     },
     {
      "name": "index",
      "type": "uint32"
     },
     {
      "name": "isMember",
      "type": "bool"
     },
     {
      "name": "isLeaving",
      "type": "bool"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "membersOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "from",
    "type": "uint256"
   },
   {
    "name": "count",
    "type": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "address[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "model",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "shard",
    "type": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "open",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "phaseOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "phase",
    "type": "uint8"
   },
   {
    "name": "endsAt",
    "type": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "positionOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "account",
    "type": "address"
   }
  ],
  "outputs": [
   {
    "name": "isInCohort",
    "type": "bool"
   },
   {
    "name": "position",
    "type": "uint16"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "predict",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "input",
    "type": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "int256[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "roundOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "components": [
     {
      "name": "number",
      "type": "uint32"
     },
     {
      "name": "members",
      "type": "uint32"
     },
     {
      "name": "cohort",
      "type": "uint16"
     },
     {
      "name": "shardsDone",
      "type": "uint16"
     },
     {
      "name": "openedAt",
      "type": "uint40"
     },
     {
      "name": "startedAt",
      "type": "uint40"
     },
     {
      "name": "committedAt",
      "type": "uint40"
     },
     {
      "name": "submittedAt",
      "type": "uint40"
     },
     {
      "name": "seedBlock",
      "type": "uint64"
     },
     {
      "name": "endVotes",
      "type": "uint32"
     },
     {
      "name": "aggregatedAt",
      "type": "uint40"
     },
     {
      "name": "seed",
      "type": "bytes32"
     },
     {
      "name": "committed",
      "type": "uint256"
     },
     {
      "name": "submitted",
      "type": "uint256"
     },
     {
      "name": "shards",
      "type": "uint256"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "settle",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "statusOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "components": [
     {
      "name": "creator",
      "type": "address"
     },
     {
      "name": "createdAt",
      "type": "uint40"
     },
     {
      "name": "isInitialised",
      "type": "bool"
     },
     {
      "name": "isFinished",
      "type": "bool"
     },
     {
      "name": "isEnding",
      "type": "bool"
     },
     {
      "name": "members",
      "type": "uint32"
     },
     {
      "name": "roundsClosed",
      "type": "uint32"
     },
     {
      "name": "roundsSettled",
      "type": "uint32"
     },
     {
      "name": "unspent",
      "type": "uint128"
     },
     {
      "name": "staked",
      "type": "uint128"
     },
     {
      "name": "owed",
      "type": "uint128"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "submit",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   },
   {
    "name": "first",
    "type": "uint16"
   },
   {
    "name": "payloads",
    "type": "bytes[]"
   },
   {
    "name": "salt",
    "type": "bytes32"
   },
   {
    "name": "metrics",
    "type": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "termsOf",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "components": [
     {
      "name": "manifestHash",
      "type": "bytes32"
     },
     {
      "name": "setupHash",
      "type": "bytes32"
     },
     {
      "name": "salt",
      "type": "bytes32"
     },
     {
      "name": "gains",
      "type": "uint256"
     },
     {
      "name": "stake",
      "type": "uint128"
     },
     {
      "name": "bounty",
      "type": "uint128"
     },
     {
      "name": "keeperPay",
      "type": "uint128"
     },
     {
      "name": "joinSeconds",
      "type": "uint32"
     },
     {
      "name": "commitSeconds",
      "type": "uint32"
     },
     {
      "name": "idleSeconds",
      "type": "uint32"
     },
     {
      "name": "aggregator",
      "type": "address"
     },
     {
      "name": "dimension",
      "type": "uint32"
     },
     {
      "name": "shardSize",
      "type": "uint32"
     },
     {
      "name": "rounds",
      "type": "uint32"
     },
     {
      "name": "token",
      "type": "address"
     },
     {
      "name": "cohortSize",
      "type": "uint16"
     },
     {
      "name": "minimumUpdates",
      "type": "uint16"
     },
     {
      "name": "shardsPerMember",
      "type": "uint16"
     },
     {
      "name": "endQuorum",
      "type": "uint16"
     },
     {
      "name": "laneBits",
      "type": "uint8"
     },
     {
      "name": "bits",
      "type": "uint8"
     },
     {
      "name": "rule",
      "type": "uint8"
     },
     {
      "name": "gate",
      "type": "address"
     },
     {
      "name": "submitSeconds",
      "type": "uint32"
     },
     {
      "name": "challengeSeconds",
      "type": "uint32"
     },
     {
      "name": "keeperSeconds",
      "type": "uint32"
     },
     {
      "name": "judge",
      "type": "address"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "toId",
  "inputs": [
   {
    "name": "terms",
    "type": "tuple",
    "components": [
     {
      "name": "manifestHash",
      "type": "bytes32"
     },
     {
      "name": "setupHash",
      "type": "bytes32"
     },
     {
      "name": "salt",
      "type": "bytes32"
     },
     {
      "name": "gains",
      "type": "uint256"
     },
     {
      "name": "stake",
      "type": "uint128"
     },
     {
      "name": "bounty",
      "type": "uint128"
     },
     {
      "name": "keeperPay",
      "type": "uint128"
     },
     {
      "name": "joinSeconds",
      "type": "uint32"
     },
     {
      "name": "commitSeconds",
      "type": "uint32"
     },
     {
      "name": "idleSeconds",
      "type": "uint32"
     },
     {
      "name": "aggregator",
      "type": "address"
     },
     {
      "name": "dimension",
      "type": "uint32"
     },
     {
      "name": "shardSize",
      "type": "uint32"
     },
     {
      "name": "rounds",
      "type": "uint32"
     },
     {
      "name": "token",
      "type": "address"
     },
     {
      "name": "cohortSize",
      "type": "uint16"
     },
     {
      "name": "minimumUpdates",
      "type": "uint16"
     },
     {
      "name": "shardsPerMember",
      "type": "uint16"
     },
     {
      "name": "endQuorum",
      "type": "uint16"
     },
     {
      "name": "laneBits",
      "type": "uint8"
     },
     {
      "name": "bits",
      "type": "uint8"
     },
     {
      "name": "rule",
      "type": "uint8"
     },
     {
      "name": "gate",
      "type": "address"
     },
     {
      "name": "submitSeconds",
      "type": "uint32"
     },
     {
      "name": "challengeSeconds",
      "type": "uint32"
     },
     {
      "name": "keeperSeconds",
      "type": "uint32"
     },
     {
      "name": "judge",
      "type": "address"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "id",
    "type": "bytes32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "voteToEnd",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "round",
    "type": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "event",
  "name": "Aggregated",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "shard",
    "type": "uint16",
    "indexed": true
   },
   {
    "name": "keeper",
    "type": "address",
    "indexed": false
   },
   {
    "name": "updates",
    "type": "uint256",
    "indexed": false
   },
   {
    "name": "modelHash",
    "type": "bytes32",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ChallengeBound",
  "inputs": [
   {
    "name": "challenger",
    "type": "address",
    "indexed": true
   },
   {
    "name": "commitment",
    "type": "bytes32",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Claimed",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "account",
    "type": "address",
    "indexed": true
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Committed",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true
   },
   {
    "name": "position",
    "type": "uint16",
    "indexed": false
   },
   {
    "name": "commitment",
    "type": "bytes32",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Created",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "creator",
    "type": "address",
    "indexed": true
   },
   {
    "name": "aggregator",
    "type": "address",
    "indexed": true
   },
   {
    "name": "terms",
    "type": "tuple",
    "indexed": false,
    "components": [
     {
      "name": "manifestHash",
      "type": "bytes32"
     },
     {
      "name": "setupHash",
      "type": "bytes32"
     },
     {
      "name": "salt",
      "type": "bytes32"
     },
     {
      "name": "gains",
      "type": "uint256"
     },
     {
      "name": "stake",
      "type": "uint128"
     },
     {
      "name": "bounty",
      "type": "uint128"
     },
     {
      "name": "keeperPay",
      "type": "uint128"
     },
     {
      "name": "joinSeconds",
      "type": "uint32"
     },
     {
      "name": "commitSeconds",
      "type": "uint32"
     },
     {
      "name": "idleSeconds",
      "type": "uint32"
     },
     {
      "name": "aggregator",
      "type": "address"
     },
     {
      "name": "dimension",
      "type": "uint32"
     },
     {
      "name": "shardSize",
      "type": "uint32"
     },
     {
      "name": "rounds",
      "type": "uint32"
     },
     {
      "name": "token",
      "type": "address"
     },
     {
      "name": "cohortSize",
      "type": "uint16"
     },
     {
      "name": "minimumUpdates",
      "type": "uint16"
     },
     {
      "name": "shardsPerMember",
      "type": "uint16"
     },
     {
      "name": "endQuorum",
      "type": "uint16"
     },
     {
      "name": "laneBits",
      "type": "uint8"
     },
     {
      "name": "bits",
      "type": "uint8"
     },
     {
      "name": "rule",
      "type": "uint8"
     },
     {
      "name": "gate",
      "type": "address"
     },
     {
      "name": "submitSeconds",
      "type": "uint32"
     },
     {
      "name": "challengeSeconds",
      "type": "uint32"
     },
     {
      "name": "keeperSeconds",
      "type": "uint32"
     },
     {
      "name": "judge",
      "type": "address"
     }
    ]
   },
   {
    "name": "manifest",
    "type": "bytes",
    "indexed": false
   },
   {
    "name": "setup",
    "type": "bytes",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Drawn",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "seed",
    "type": "bytes32",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "EndVoted",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true
   },
   {
    "name": "votes",
    "type": "uint32",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Finished",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "isAbandoned",
    "type": "bool",
    "indexed": false
   },
   {
    "name": "refund",
    "type": "uint256",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Initialised",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "chunk",
    "type": "uint256",
    "indexed": false
   },
   {
    "name": "complete",
    "type": "bool",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Joined",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "KeeperPaid",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "keeper",
    "type": "address",
    "indexed": true
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LeaveRequested",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Left",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Rewarded",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "RoundFailed",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "updates",
    "type": "uint16",
    "indexed": false
   },
   {
    "name": "minimumUpdates",
    "type": "uint16",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "RoundOpened",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "members",
    "type": "uint32",
    "indexed": false
   },
   {
    "name": "cohort",
    "type": "uint16",
    "indexed": false
   },
   {
    "name": "seedBlock",
    "type": "uint64",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "RoundSettled",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "updates",
    "type": "uint16",
    "indexed": false
   },
   {
    "name": "paid",
    "type": "uint256",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "SeedDelayed",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "seedBlock",
    "type": "uint64",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Slashed",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true
   },
   {
    "name": "challenger",
    "type": "address",
    "indexed": false
   },
   {
    "name": "rewarded",
    "type": "uint256",
    "indexed": false
   },
   {
    "name": "burned",
    "type": "uint256",
    "indexed": false
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Submitted",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32",
    "indexed": true
   },
   {
    "name": "round",
    "type": "uint32",
    "indexed": true
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true
   },
   {
    "name": "position",
    "type": "uint16",
    "indexed": false
   },
   {
    "name": "first",
    "type": "uint16",
    "indexed": false
   },
   {
    "name": "payloads",
    "type": "bytes[]",
    "indexed": false
   },
   {
    "name": "metrics",
    "type": "bytes",
    "indexed": false
   }
  ],
  "anonymous": false
 }
] as const

export const federationBytecode = '0x' as const
