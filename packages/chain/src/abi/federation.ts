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
    "name": "number",
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
    "name": "number",
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
    "name": "",
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
    "name": "number",
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
    "name": "cohort",
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
    "name": "number",
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
    "name": "number",
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
    "name": "number",
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
    "name": "given",
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
    "name": "number",
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
    "name": "page",
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
    "name": "page",
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
    "name": "",
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
    "name": "",
    "type": "uint8"
   },
   {
    "name": "",
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
    "name": "",
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
    "name": "number",
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
    "name": "number",
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
    "name": "",
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
    "name": "number",
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
 },
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
 }
] as const

export const federationBytecode = '0x60808060405234601557615ea5908161001a8239f35b5f80fdfe60806040526004361015610011575f80fd5b5f3560e01c80630b290e2d14613254578063125571441461316357806315f6492014613104578063170c3f7b1461306157806333d67c4f1461304257806336e5957c14612b31578063386b44031461224757806342c8b187146122125780635265303c1461216057806359fda02314611ac45780635b4545a714611a6f5780636025330c14611945578063694600951461190b57806377b200df146107ac5780637a2b8b961461157e578063812d11d01461154b5780638152feb2146113b75780638bf9e79b1461138b57806394928500146112fc578063a21b56a4146111f9578063a42420911461109e578063a8b0e3ae14610fcb578063aef8198514610ce4578063af92081214610a9a578063bd66528a14610a31578063be5170c0146107d6578063c125b8bb146107ac578063c3ecffcf14610787578063c7df14e2146105bf578063d3b3f73a14610488578063f04a8595146102e9578063f7c86d12146101cd5763fc85e46314610184575f80fd5b346101c95760a03660031901126101c95760206101c16101a2613314565b6101aa613290565b906084359163ffffffff606435921660043561571a565b604051908152f35b5f80fd5b346101c95760203660031901126101c9576101e6613dba565b506101e0610200600a6101fa600435613e27565b0161360b565b6101c06040519163ffffffff815116835263ffffffff602082015116602084015261ffff604082015116604084015261ffff606082015116606084015264ffffffffff608082015116608084015264ffffffffff60a08201511660a084015264ffffffffff60c08201511660c084015264ffffffffff60e08201511660e08401526001600160401b036101008201511661010084015263ffffffff6101208201511661012084015264ffffffffff610140820151166101408401526101608101516101608401526101808101516101808401526101a08101516101a084015201516101c0820152f35b346101c95760603660031901126101c957600435610305613314565b6044359161031161403e565b610319613dba565b5061032381614e5a565b92600a84016103318161360b565b63ffffffff8082511695169480860361046d575061035961035187613e7d565b429083613f2f565b50600981101561045957600281036104375750610377818588614cd2565b956101808201516001881b8117908114610424576103ae81604092600d61ffff958c5f526019810160205289865f20550155614d86565b9201511614610400575b5061ffff6040519416845260208401527f11366eb93e54144df2a4b59f41218bce3a2d02697a06157d252a344a9a57224a60403394a45f5f516020615e855f395f51905f525d005b805464ffffffffff60b01b19164260b01b64ffffffffff60b01b16179055846103b8565b876306da013d60e21b5f5260045260245ffd5b63040daf5d60e31b5f5260048590526104549060026024526132a6565b60645ffd5b634e487b7160e01b5f52602160045260245ffd5b859085630247d60760e41b5f5260045260245260445260645ffd5b346101c95760203660031901126101c9576004356104a461403e565b6104ad81614e5a565b600a8101549164ffffffffff8360601c1661059c5760108201549260ff8460c81c1615610589576104fb60148401549464ffffffffff63ffffffff600587015460801c169160a01c16613b94565b9360078401549461ffff8660a01c1680831080159061056d575b1561053d5761052b63ffffffff8516868861549d565b5f5f516020615e855f395f51905f525d005b6084935061ffff876040519463045a354b60e11b8652600486015260b01c16602484015260448301526064820152fd5b5061ffff8760b01c168310158015610515575081421015610515565b5063a03897ed60e01b5f5260045260245ffd5b6105a8610454926152d9565b9063040daf5d60e31b5f526004525f6024526132a6565b346101c95760203660031901126101c9576040516105dc8161356c565b5f8152602081015f9052604081015f9052606081015f9052608081015f905260a081015f905260c081015f905260e081015f905261010081015f905261012081015f9052610140015f905260043561063390613e27565b60108101546001600160a01b03811691601481015463ffffffff1691601682015463ffffffff16601383015463ffffffff1690601184015493601201546001600160801b031694604051936106878561356c565b878552602085018160a01c64ffffffffff168152604086018260c81c60ff161515815260608701918360d01c60ff1615158352608088019360d81c60ff161515845260a0880194855260c0880195865260e088019687526101008801976001600160801b038a16895261012081019960801c8a5261014001998a526040519a8b525164ffffffffff1660208b015251151560408a0152511515606089015251151560808801525163ffffffff1660a08701525163ffffffff1660c08601525163ffffffff1660e0850152516001600160801b0316610100840152516001600160801b0316610120830152516001600160801b031661014082015261016090f35b346101c9576103603660031901126101c95760206101c16107a7366136fc565b61478c565b346101c9576001600160a01b0360066107ce6107c7366132e1565b5050613e27565b015416613e5d565b346101c95760203660031901126101c9575f6103406040516107f781613550565b8281528260208201528260408201528260608201528260808201528260a08201528260c08201528260e08201528261010082015282610120820152826101408201528261016082015282610180820152826101a0820152826101c0820152826101e08201528261020082015282610220820152826102408201528261026082015282610280820152826102a0820152826102c0820152826102e0820152826103008201528261032082015201526103606108b2600435613e27565b6001600160a01b036009604051926108c984613550565b8054845260018101546020850152600281015460408501526003810154606085015260048101546001600160801b038116608086015260801c60a085015263ffffffff60058201546001600160801b03811660c0870152818160801c1660e0870152818160a01c1661010087015260c01c16610120850152600681015483811661014086015263ffffffff8160a01c1661016086015263ffffffff8160c01c1661018086015260e01c6101a085015260ff60078201548481166101c087015261ffff8160a01c166101e087015261ffff8160b01c1661020087015261ffff8160c01c1661022087015261ffff8160d01c16610240870152818160e01c16610260870152818160e81c1661028087015260f01c166102a085015260088101548381166102c086015263ffffffff8160a01c166102e086015263ffffffff8160c01c1661030086015260e01c610320850152015416610340820152610a2f604051809261338e565bf35b346101c95760203660031901126101c9576020610a73600435610a5261403e565b610a5b81613e27565b9060ff601083015460d01c16610a8b575b3391614b26565b5f5f516020615e855f395f51905f525d604051908152f35b610a95338361543a565b610a6c565b346101c95760403660031901126101c957600435610ab6613314565b610abe61403e565b610ac782614e5a565b91600a83019263ffffffff8454169263ffffffff811693808503610cc9575061ffff600783015460d01c16908115610cb6576001600160a01b0333165f526017830160205260405f2090815460ff8160c01c16158015610ca5575b610c8a5760ff8160d01c1615610c735763ffffffff80610b4184613d8f565b169160a01c1614610c585790610b59610b7992613d8f565b815463ffffffff60a01b191660a09190911b63ffffffff60a01b16179055565b63ffffffff600b8301610bb9610b9483835460401c16613d8f565b82546bffffffff00000000000000001916604082901b63ffffffff60401b1617909255565b16946127108602918683046127101487151715610c445763ffffffff610be4925460201c1690613da7565b1115610c2a575b506040519283527f21b3e697b08591b97b1ea0ab600455ac82fbc023df527d0c1d24e4b88e516e5d60203394a45f5f516020615e855f395f51905f525d005b601001805460ff60d81b1916600160d81b17905583610beb565b634e487b7160e01b5f52601160045260245ffd5b8585639b389f0f60e01b5f526004526024523360445260645ffd5b8563158643cf60e21b5f526004523360245260445ffd5b8686631105830560e31b5f526004526024523360445260645ffd5b50610cb08386614990565b15610b22565b83638f8285ff60e01b5f5260045260245ffd5b849084630247d60760e41b5f5260045260245260445260645ffd5b346101c95760403660031901126101c957600435610d00613314565b90610d0961403e565b610d11613dba565b50610d1b81614e5a565b610d27600a820161360b565b9263ffffffff80855116911690808203610fb25750610d50610d4883613e7d565b429086613f2f565b5060098110156104595760078103610f955750610d776007610d7184613e7d565b86615875565b8042115f14610f8857610dac610d90610db39242613d82565b6001600160801b03600586015416600886015460e01c906158b7565b8484614390565b827fe3e7e7d3bccc739d4f9a5959edad6bec7b537f9d64e849a8e889702d7455495c604061ffff610de86101a0890151614d86565b1661ffff600787015460b01c1682519182526020820152a36016810164ffffffffff60808501511661ffff60408601511691601284015460801c9160405190610e3082613535565b8152602081019064ffffffffff421682526040810194855260608101925f8452608082019485528054600160401b811015610f7457610e7491600182018155613ba1565b959095610f615790518554925191516bffffffffffffffffffffffff1990931664ffffffffff919091161760289190911b69ffffffffff0000000000161760509190911b61ffff60501b161783555182549151600160601b600160f01b03199290921660609190911b61ffff60601b161760709190911b600160701b600160f01b0316179055601081015460d81c60ff168015610f3a575b15610f1b5761052b92506153a9565b90610f2f63ffffffff610f35945116613d8f565b9161549d565b61052b565b50610f4b63ffffffff845116613d8f565b63ffffffff600683015460e01c91161015610f0c565b634e487b7160e01b5f525f60045260245ffd5b634e487b7160e01b5f52604160045260245ffd5b50610db3610dac5f610d90565b63040daf5d60e31b5f5260048490526104549060076024526132a6565b83630247d60760e41b5f5260045260245260445260645ffd5b346101c95760c03660031901126101c9576004356024356001600160401b0381116101c957610ffe9036906004016132b4565b906064359260ff84168094036101c9575f8061052b9561101c61403e565b61102584614e5a565b826001600160a01b0360076001600160801b036004850154169360405195602087019563d505accf60e01b87523360248901523060448901526064880152604435608488015260a487015260843560c487015260a43560e487015260e48652611090610104876135c0565b0154169251925af150614093565b346101c95760203660031901126101c9576004356110ba61403e565b6110c381614e5a565b601681018054806111d057505061111064ffffffffff601083015460a01c165b64ffffffffff6110f284613e7d565b9116906110fe846152d9565b9061110b600a860161360b565b6152ea565b8042106111ba575060108101805460ff60d01b1916600160d01b1781556011820180546001600160801b031981169091557f1918519dc8346b4b27fd8a78c471210de0fab02c341d0b79afc9d29316c25899926040926001600160801b0392909216919082908161119e575b505050815190600182526020820152a25f5f516020615e855f395f51905f525d005b6001600160a01b036111b293541690615bff565b84818161117c565b630f26247360e11b5f526004524260245260445ffd5b5f198101908111610c44576111ee64ffffffffff9161111093613ba1565b505460281c166110e3565b346101c95760403660031901126101c957600435611215613314565b9061121e61403e565b611226613dba565b5061123081614e5a565b61123c600a820161360b565b9263ffffffff80855116911690808203610fb257505061126661125e82613e7d565b429085613f2f565b50600981101561045957600681036112df5750611291600661052b9461128b84613e7d565b90615875565b8042115f146112d2576112c66112aa6112cd9242613d82565b6001600160801b03600585015416600885015460e01c906158b7565b8383614390565b614470565b506112cd6112c65f6112aa565b63040daf5d60e31b5f5260048390526104549060066024526132a6565b346101c957601461131f61132e61132961131536613374565b9591949094613e27565b0193838554615285565b613aa8565b915f5b835181101561137157806001600160a01b0361135861135260019487613b94565b85613ba1565b90549060031b1c1661136a8287613ada565b5201611331565b6040516020808252819061138790820187613338565b0390f35b346101c95760403660031901126101c95761052b6113a7613314565b6113af61403e565b600435613bb6565b346101c95760166113d76113e16113cd36613374565b9491939093613e27565b0192828454615285565b916113eb83613a91565b926113f960405194856135c0565b808452611408601f1991613a91565b015f5b8181106115345750505f5b83518110156114a5578061143561142f60019386613b94565b84613ba1565b506001600160801b036040519161144b83613535565b5464ffffffffff8116835264ffffffffff8160281c16602084015261ffff8160501c16604084015261ffff8160601c16606084015260701c1660808201526114938287613ada565b5261149e8186613ada565b5001611416565b836040518091602082016020835281518091526020604084019201905f5b8181106114d1575050500390f35b91935091602060a06001926001600160801b036080885164ffffffffff815116845264ffffffffff86820151168685015261ffff604082015116604085015261ffff606082015116606085015201511660808201520194019101918493926114c3565b60209061153f6135e1565b8282880101520161140b565b346101c95760203660031901126101c95761138761156a600435613b02565b604051918291602083526020830190613338565b346101c95760c03660031901126101c95760043561159a613314565b906115a3613327565b906064359261ffff84168094036101c9576084356001600160401b0381116101c9576115d39036906004016132b4565b936115dc61403e565b6115e4613dba565b506115ee84614e5a565b956115fb600a880161360b565b9163ffffffff808451169516948086036118f0575061161c61125e89613e7d565b50600981101561045957600481036118d5575061163a368886613943565b602081519101209361ffff82169460405160208101913383528960408301528860608301528760808301528560a083015260c082015260a43560e082015260e08152611688610100826135c0565b519020335f52600160205260405f20815f5260205260405f205480159081156118ca575b506118b4575061ffff60408501511685108015906118a2575b61188f576116d485858b615061565b9761ffff60078b015460c01c16808510156118795790848b9392816116fa8d8c8e614955565b956117049061429d565b9161170f8c8c613b94565b9061171991613da7565b9061172391613b94565b9061172d916142bd565b9460081b62ffff0016175f5260188b0160205260405f205460405194859463479cfac360e11b60208701528b602487015260448601526064850152608484015260a4830160a0905260c483019061178392613988565b03601f198101825261179590826135c0565b60068801546001600160a01b0316906117ad9161581a565b1561186457506101a00151600190911b1916600e85015561181b90827ff5699437ab7a2c230caf68ddf3351a8c3ec5f85176adbed33afaeafbacf2bb2c6117f533878961512f565b6040805133815260208101939093528201526001600160a01b0387169481906060820190565b0390a46001600160a01b0382165f526017830160205260ff60405f205460c81c1615611853575f5f516020615e855f395f51905f525d005b61185c92614c6e565b80808061052b565b826239b31b60e51b5f5260045260245260445ffd5b8463025d56a560e21b5f5260045260245260445ffd5b846323b96f9960e01b5f5260045260245ffd5b5060016101a0850151861c16156116c5565b6378a8db6760e01b5f523360045260245260445ffd5b90504311158b6116ac565b63040daf5d60e31b5f526004878152602452610454906132a6565b859087630247d60760e41b5f5260045260245260445260645ffd5b346101c95760403660031901126101c957604061ffff61193461192c61327a565b600435613a50565b835191151582529091166020820152f35b346101c95760603660031901126101c9576004356024356044356001600160401b0381116101c95761197b9036906004016132b4565b9161198461403e565b61198d84614e5a565b92601084019060ff825460c81c16611a5d57611a20604094600192611a1b6001600160a01b0360067fde56fd08fd634b9736c2e6427a2ad565e204f9c7056211c2ed490accad387f899a01541691611a0d89519485926318094cc360e21b60208501528d60248501528a6044850152606060648501526084840191613988565b03601f1981018452836135c0565b614ec6565b149081611a46575b5082519182526020820152a25f5f516020615e855f395f51905f525d005b805460ff60c81b1916600160c81b17905585611a28565b85622f25dd60e21b5f5260045260245ffd5b346101c95760403660031901126101c95760243561ffff811681036101c957611a9d611387916004356139a8565b604080516001600160a01b0390941684526020840192909252908201529081906060820190565b346101c95760c03660031901126101c957611add613314565b611ae5613327565b6001600160401b03606435116101c9573660236064350112156101c9576001600160401b0360643560040135116101c9573660246064356004013560051b6064350101116101c95760a4356001600160401b0381116101c957611b4c9036906004016132b4565b91611b5561403e565b611b5d613dba565b50611b69600435614e5a565b611b75600a820161360b565b9063ffffffff8251168063ffffffff88160361213d5750611ba0611b9882613e7d565b429084613f2f565b506009811015610459576003810361211f5750611bc08260043583614cd2565b916001806101a0830151851c161461210c5763ffffffff600583015460a01c16611fc4575b63ffffffff87166001810110610c44575f838152601a83016020526040902054601081901c63ffffffff89166001016001600160f01b031603611fbd5761ffff165b8061ffff861603611fa257611c478161ffff600786015460c01c16613d82565b9060643560040135158015611f93575b611f7657816064356004013503611f42575b50611c7d3363ffffffff8a16600435614955565b6001600160a01b0360068501541661ffff600786015460c01c1691611ca18661429d565b5f5b8c8a8a606435600401358410611e2a5750505050505050506064356004013514611dd7575b505061ffff604051928160808501931684521660208301526080604083015260643560040135905260a0810160a06064356004013560051b83010190602460643501905f604219606435360301905b606435600401358110611d7e57505050509080611d6983827f0d7c32dfc7604359e32caeb0e46860321b934c4297d7e3b8c3a346b89c3789a39503606084015263ffffffff3398169660043596613988565b0390a45f5f516020615e855f395f51905f525d005b90919293609f198682030184528435838112156101c9576064350190604460248301359201916001600160401b0381116101c95780360383136101c957611dcb6020928392600195613988565b96019401929101611d17565b61ffff6040611df56101a08401516001871b1780600e870155614d86565b9201511614611e05575b80611cc8565b600a0180546001600160d81b03164260d81b6001600160d81b03191617905585611dff565b611e6a85611e65611ecc95611e608c611e5b5f9763ffffffff611e538d61ffff60209d16613b94565b951690613b94565b613da7565b613b94565b6142bd565b611e808560643560040135602460643501614d45565b611ebe60409692965196879287840195633b1455c960e11b875260043560248601528c604486015260648501526080608485015260a4840191613988565b03601f1981018652856135c0565b835190885afa905f519115611f3c5760203d10611f0f575090600191611ef68261ffff8e16613b94565b8b60081b175f5260188a0160205260405f205501611ca3565b611f198691614e89565b3d91639b014b6360e01b5f5260045263ffffffff60e01b1660245260445260645ffd5b85615ba9565b611f53906064356004013590613b94565b600163ffffffff8a160160101b17845f52601a840160205260405f205588611c69565b506316493ea760e21b5f526064356004013560045260245260445ffd5b50816064356004013511611c57565b8461ffff91630254237f60e21b5f526004521660245260445ffd5b505f611c27565b6001610180820151841c16156120fa5761ffff600783015460c01c168060643560040135036120de5750611ffd60643560040135613aa8565b5f5b6064356004013581106120a3575060405160208101918260208251919201905f5b81811061208d57505050906120428161205b949303601f1981018352826135c0565b51902063ffffffff83511660843590339060043561571a565b835f526019830160205260405f2054808203612078575050611be5565b63c9e0e75760e01b5f5260045260245260445ffd5b8251845260209384019390920191600101612020565b806120c66120bf60019360643560040135602460643501614d45565b3691613943565b602081519101206120d78285613ada565b5201611fff565b6316493ea760e21b5f526064356004013560045260245260445ffd5b82627f6d1f60e51b5f5260045260245ffd5b82636ec6d7ed60e01b5f5260045260245ffd5b63040daf5d60e31b5f526004803590526104549060036024526132a6565b8663ffffffff91630247d60760e41b5f526004356004526024521660445260645ffd5b346101c95760203660031901126101c95760043561217c61403e565b61218581613e27565b6001600160a01b0333165f526017810160205260405f2060ff815460c01c16156121fb576121b38183614990565b156121e5575460c81c60ff166121ce5761052b913391614c6e565b5063fb19059b60e01b5f526004523360245260445ffd5b506121f591610a6c3382846149c3565b5061052b565b82630a6c3de160e01b5f526004523360245260445ffd5b346101c95760603660031901126101c95760206101c1612230613314565b63ffffffff61223d613290565b9116600435614955565b346101c95736600319016103a081126101c957610360136101c957610364356001600160401b0381116101c9576122829036906004016132b4565b610384356001600160401b0381116101c9576122a29036906004016132b4565b90926122ac61403e565b6122b5366136fc565b906122bf8261478c565b93845f525f60205260405f209164ffffffffff601084015460a01c16612b1e5761ffff6101e08501511680158015612b13575b612afb575061ffff6102008501511680158015612ae9575b612ac9575063ffffffff6101a08501511615612aba5763ffffffff6101608501511615612aab5763ffffffff6101808501511615612a9c5761236363ffffffff6101608601511663ffffffff6101808701511690615856565b6101008111612a845761ffff6102208601511680158015612a7b575b612a66575061239e606086015163ffffffff6101a08801511690615aa1565b61ffff610240860151166127108111612a4e575063ffffffff6102e08601511615612a3f5763ffffffff6101208601511615612a30576001600160a01b0361014086015116803b15612a1e57506001600160a01b036102c08601511661240381615b8c565b612a0c57506001600160a01b036103408601511661242081615b8c565b6129fa57506001600160a01b036101c08601511661243d81615b8c565b6129e857506001600160a01b036101c086015116158061299f575b612961576001600160801b0360c0860151169060038101809111610c445761247f91613da7565b6124a26001600160801b0360a08701511663ffffffff6101a0880151169061584c565b9081811161294c5750506124b7368383613943565b6020815191012084518082036129375750506124d4368689613943565b6020815191012060208501518082036129225750508351835560208401516001840155604084015160028401556060840151600384015560808085015160a08087015180841b6001600160801b0319166001600160801b0393841617600488015560c08089015160058901805460e08c01516101008d01516101208e0151971b63ffffffff60a01b1663ffffffff60801b9190991b169287166001600160e01b031990911617919091179590951792901b63ffffffff60c01b16919091179092555f958695909461289494919392909216918a918a917f4abe352bf7eb29ece89bc3dfad8a5ee9e117478e46dadf1f1b02f5e7666395b09161285691899161287b9161286a919061014085015160068c0180546101608801516001600160c01b03199091166001600160a01b039390931692831760a09190911b63ffffffff60a01b161790559961018086015160068d01805463ffffffff60c01b191660c09290921b63ffffffff60c01b169190911790556101a086015160068d0180546001600160e01b031660e09290921b6001600160e01b0319169190911790556101c086015160078d0180546101e08901516102008a01516102208b01516102408c01516102608d01516102808e01516102a08f01516001600160f81b03199097166001600160a01b03998a161760a096871b61ffff60a01b161760b09590951b61ffff60b01b169490941760c09390931b61ffff60c01b169290921760d09190911b61ffff60d01b161760e09190911b60ff60e01b161760e89190911b60ff60e81b161760f09290921b60ff60f01b16919091179091556102c088015160088f0180546102e08b01516001600160c01b031990911692909416919091179290911b63ffffffff60a01b169190911781556127b090610300880151815463ffffffff60c01b191660c09190911b63ffffffff60c01b1617815561032088015181546001600160e01b031660e09190911b6001600160e01b031916179055565b61034086015160098d01805473ffffffffffffffffffffffffffffffffffffffff19166001600160a01b039290921691909117905560108c01805464ffffffffff60a01b19331678ffffffffffffffffffffffffffffffffffffffffffffffffff19909116174260a01b64ffffffffff60a01b1617905560118c0180546001600160801b0319166001600160801b0392909216919091179055604051958695869061338e565b6103a06103608601526103a0850191613988565b8281036103808401528d3397613988565b0390a46001600160801b0360a0840151169033906147c1565b6128f46001600160a01b0361014083015116946128e66040519889926128d2602085019663c096085960e01b88528b6024870152604486019061338e565b6103a06103a48501526103c4840191613988565b03601f1981018852876135c0565b85519082855af11561291b576020825f5f516020615e855f395f51905f525d604051908152f35b9050615ba9565b63c49e9e2760e01b5f5260045260245260445ffd5b63703d2c4360e11b5f5260045260245260445ffd5b63ff9d0a2360e01b5f5260045260245260445ffd5b846001600160801b03608082015116906001600160801b0360c08160a0840151169201511691633de565cb60e01b5f5260045260245260445260645ffd5b506001600160801b03608086015116158015906129d2575b8061245857506001600160801b0360c0860151161515612458565b506001600160801b0360a08601511615156129b7565b63d0b1b2a760e01b5f5260045260245ffd5b635231e6ef60e01b5f5260045260245ffd5b634088e6ed60e01b5f5260045260245ffd5b63527b4bcd60e11b5f5260045260245ffd5b639bc0429560e01b5f5260045ffd5b6306ed50ed60e51b5f5260045ffd5b6323dca07960e21b5f5260045261271060245260445ffd5b636d6b66f160e01b5f5260045260245260445ffd5b5081811161237f565b63f4a6d9ff60e01b5f5260045261010060245260445ffd5b6337e9e5b960e01b5f5260045ffd5b63e1d8171360e01b5f5260045ffd5b63acda5ee160e01b5f5260045ffd5b61ffff6101e08601511690630f8ba9fb60e41b5f5260045260245260445ffd5b5061ffff6101e086015116811161230a565b6357095b4360e11b5f5260045261010060245260445ffd5b5061010081116122f2565b85631526a94960e21b5f5260045260245ffd5b346101c95760803660031901126101c957612b4a613314565b612b52613327565b906064356001600160401b0381116101c957612b729036906004016132b4565b9190612b7c61403e565b612b84613dba565b50612b90600435614e5a565b600a810192612b9e8461360b565b9063ffffffff80835116911690808203613027575050612bc061035183613e7d565b50600981101561045957600581036130095750612bdc8261429d565b908161ffff88161015612fee576101c08101600180825161ffff8b161c1614612fd757612c0e61ffff891683866142db565b9081421080612fc4575b612fa5575050612c70606083019361ffff612c35818751166136e8565b161496612c5561ffff6001600160a01b03600989015416159651166136e8565b61ffff60501b82549160501b169061ffff60501b1916179055565b51600161ffff89161b17600f840155841585612f9d575b612f6d575b612ca4612c9b82859695614345565b60043586614390565b5f9361ffff600782015460c01c16612cbb8261429d565b612cc96101a0850151614d86565b97612cdc612cd68a613aa8565b99613aa8565b955f975f995b61ffff6040890151168b1015612dc2578d60016101a08a01518d1c1615612db75785611e658d612d3483611e658c8f612d3a98612d2e8561ffff63ffffffff611e5b9551169316613b94565b96613b94565b90613d82565b8c87821015612dab5791612da191600193612d788f8f908d8f612d72928163ffffffff612d6993511693615061565b90600435614955565b92613ada565b528d60081b175f526018890160205260405f2054612d968d8d613ada565b52828d1b179a61591b565b9a5b019998612ce2565b50509899600190612da3565b509899600190612da3565b908694508b8e89928f8c8e808652815260038a0154948663ffffffff815116965f975f915b60058310612f0f575b50505095612e7763ffffffff95612e9895612e658996612e53612e85978b61ffff9e5116978e6040519b8c9a63540d982760e11b60208d015260043560248d015260448c01521660648a0152608489015260e060a489015261010488019061443d565b8681036023190160c48801529061443d565b8481036023190160e486015291613988565b03601f1981018352826135c0565b6001600160a01b0360068b015416614ec6565b93511692604051943386526020860152604085015216917f0880f4d001c70d964a8849ae241261b08fdfe5c779287088d5f09444302cc8fa606060043592a481612f07575b50612ef4575f5f516020615e855f395f51905f525d005b612f019060043590614470565b8061052b565b905082612edd565b91809899919350603002603081048903610c445782901c908a65ffffffffffff8316158015612f5b575b612f5257505061ffff1697968992600190910191612de7565b93509897612df0565b508463ffffffff8460101c1611612f39565b600b8301805470ffffffffff00000000000000000000000019164260601b64ffffffffff60601b16179055612c8c565b508115612c87565b6001600160a01b039063049774e760e21b5f521660045260245260445ffd5b506001600160a01b038116331415612c18565b61ffff8863149063e760e21b5f521660045260245ffd5b5061ffff86630f1d314b60e21b5f521660045260245260445ffd5b63040daf5d60e31b5f526004803590526104549060056024526132a6565b630247d60760e41b5f5260043560045260245260445260645ffd5b346101c95761052b613053366132e1565b9161305c61403e565b614093565b346101c95760203660031901126101c95760043561307d61403e565b335f52600160205260405f20815f5260205260405f20546130ee57335f52600160205260405f20815f526020524360405f20556040519081527f65702eaceb5e526f371c5e21ca771978bb62ed723de7310d4ebe6d388e45e31b60203392a25f5f516020615e855f395f51905f525d005b630724064760e31b5f523360045260245260445ffd5b346101c95760203660031901126101c95761314a613123600435613e27565b61312c81613e7d565b60ff601083015460d01c1690613145600a42940161360b565b614000565b6040519060098310156104595760409282526020820152f35b346101c95760403660031901126101c95760a061317e61327a565b6131866135e1565b506001600160a01b0361319a600435613e27565b91165f526017810160205260405f20546001600160801b0381169160ff8260d01c165f1461324d57600401546001600160801b03165b63ffffffff604051916131e283613535565b8483526001600160801b0360208401911681526001600160801b036040840191838660801c16835260ff60806060870196828960c01c1615158852019660c81c1615158652604051968752511660208601525116604084015251151560608301525115156080820152f35b505f6131d0565b346101c95760403660031901126101c9576001600160a01b0360066107ce600435613e27565b602435906001600160a01b03821682036101c957565b604435906001600160a01b03821682036101c957565b600981101561045957604452565b9181601f840112156101c9578235916001600160401b0383116101c957602083818601950101116101c957565b9060406003198301126101c95760043591602435906001600160401b0382116101c957613310916004016132b4565b9091565b6024359063ffffffff821682036101c957565b6044359061ffff821682036101c957565b90602080835192838152019201905f5b8181106133555750505090565b82516001600160a01b0316845260209384019390920191600101613348565b60609060031901126101c957600435906024359060443590565b6001600160a01b036103408092805185526020810151602086015260408101516040860152606081015160608601526001600160801b0360808201511660808601526001600160801b0360a08201511660a08601526001600160801b0360c08201511660c086015263ffffffff60e08201511660e086015263ffffffff6101008201511661010086015263ffffffff61012082015116610120860152826101408201511661014086015263ffffffff6101608201511661016086015263ffffffff6101808201511661018086015263ffffffff6101a0820151166101a0860152826101c0820151166101c086015261ffff6101e0820151166101e086015261ffff6102008201511661020086015261ffff6102208201511661022086015261ffff6102408201511661024086015260ff6102608201511661026086015260ff6102808201511661028086015260ff6102a0820151166102a0860152826102c0820151166102c086015263ffffffff6102e0820151166102e086015263ffffffff6103008201511661030086015263ffffffff61032082015116610320860152015116910152565b60a081019081106001600160401b03821117610f7457604052565b61036081019081106001600160401b03821117610f7457604052565b61016081019081106001600160401b03821117610f7457604052565b6101e081019081106001600160401b03821117610f7457604052565b61010081019081106001600160401b03821117610f7457604052565b90601f801991011681019081106001600160401b03821117610f7457604052565b604051906135ee82613535565b5f6080838281528260208201528260408201528260608201520152565b9060405161361881613588565b6101c060058294805463ffffffff8116855263ffffffff8160201c16602086015261ffff8160401c16604086015261ffff8160501c16606086015264ffffffffff8160601c16608086015264ffffffffff8160881c1660a086015264ffffffffff8160b01c1660c086015260d81c60e085015264ffffffffff60018201546001600160401b03811661010087015263ffffffff8160401c1661012087015260601c166101408501526002810154610160850152600381015461018085015260048101546101a08501520154910152565b61ffff60019116019061ffff8211610c4457565b6103609060031901126101c9576040519061371682613550565b8160043581526024356020820152604435604082015260643560608201526084356001600160801b03811681036101c957608082015260a4356001600160801b03811681036101c95760a082015260c4356001600160801b03811681036101c95760c082015260e43563ffffffff811681036101c95760e08201526101043563ffffffff811681036101c9576101008201526101243563ffffffff811681036101c957610120820152610144356001600160a01b03811681036101c9576101408201526101643563ffffffff811681036101c9576101608201526101843563ffffffff811681036101c9576101808201526101a43563ffffffff811681036101c9576101a08201526101c4356001600160a01b03811681036101c9576101c08201526101e43561ffff811681036101c9576101e08201526102043561ffff811681036101c9576102008201526102243561ffff811681036101c9576102208201526102443561ffff811681036101c9576102408201526102643560ff811681036101c9576102608201526102843560ff811681036101c9576102808201526102a43560ff811681036101c9576102a08201526102c4356001600160a01b03811681036101c9576102c08201526102e43563ffffffff811681036101c9576102e08201526103043563ffffffff811681036101c9576103008201526103243563ffffffff811681036101c95761032082015261034435906001600160a01b03821682036101c9576103400152565b9291926001600160401b038211610f74576040519161396c601f8201601f1916602001846135c0565b8294818452818301116101c9578281602093845f960137010152565b908060209392818452848401375f828201840152601f01601f1916010190565b6139b190613e27565b61ffff6139bd8261429d565b92169180831015613a3a57506139d5600a820161360b565b9164ffffffffff60a084015116158015613a29575b613a1e5792613a10613a018495613a0a95856142db565b94909584614345565b92614e2f565b808311613a1a5750565b9150565b5050505f905f905f90565b5060ff601083015460d01c166139ea565b82630f1d314b60e21b5f5260045260245260445ffd5b613a5990613e27565b60ff601082015460d01c16613a895761ffff929181613a7d600a613a83940161360b565b90614f25565b90921690565b50505f905f90565b6001600160401b038111610f745760051b60200190565b90613ab282613a91565b613abf60405191826135c0565b8281528092613ad0601f1991613a91565b0190602036910137565b8051821015613aee5760209160051b010190565b634e487b7160e01b5f52603260045260245ffd5b613b0b90613e27565b90613b18600a830161360b565b64ffffffffff60a082015116158015613b83575b613b7c57613b4161ffff604083015116613aa8565b925f5b8451811015613b775780613b5b6001928585615061565b6001600160a01b03613b6d8389613ada565b9116905201613b44565b505050565b5060609150565b5060ff601084015460d01c16613b2c565b91908201809211610c4457565b8054821015613aee575f5260205f2001905f90565b613bbe613dba565b50613bc881614e5a565b90600a8201613bd68161360b565b9063ffffffff80835116951694808603613d665750613bf7611b9885613e7d565b5060098110156104595760018103613d49575061010082016001600160401b0381511680431115613d345750516001600160401b0316408015613cd1579185847f17a09b0f6cc8822d660ac3d4329189a9e34bb4c7c320f77b4771e62756b6577c6020600195613c99613c71613ca999613cc59d876152b4565b600c8c01819055825464ffffffffff60881b19164260881b64ffffffffff60881b1617909255565b604051908152a361128b85613e7d565b8042115f14613cc7576112aa613cbf9142613d82565b91614390565b565b50613cbf5f6112aa565b5050509060014301804311610c44577ff04e934e88c89fcee5349ac23f8f742a4381449910dc1281eaef9b48b2efe2f191600b6001600160401b036020931691016001600160401b0382166001600160401b0319825416179055604051908152a3565b62023f8b60ed1b5f526004524360245260445ffd5b63040daf5d60e31b5f5260048490526104549060016024526132a6565b93505050630247d60760e41b5f5260045260245260445260645ffd5b91908203918211610c4457565b63ffffffff60019116019063ffffffff8211610c4457565b81810292918115918404141715610c4457565b60405190613dc782613588565b5f6101c0838281528260208201528260408201528260608201528260808201528260a08201528260c08201528260e08201528261010082015282610120820152826101408201528261016082015282610180820152826101a08201520152565b90815f525f60205260405f209164ffffffffff601084015460a01c1615613e4b5750565b63abad5cfd60e01b5f5260045260245ffd5b5f8060405192368285378336915afa3d5f833e15613e79573d90f35b3d90fd5b5f60e0604051613e8c816135a4565b8281528260208201528260408201528260608201528260808201528260a08201528260c08201520152600581015460088201549163ffffffff613eda61ffff600784015460b01c169261429d565b9260405194613ee8866135a4565b828260801c168652828260a01c166020870152828160a01c166040870152828160c01c16606087015260e01c608086015260c01c1660a084015260c083015260e082015290565b909164ffffffffff60808301511615613ff75764ffffffffff60a08301511615613fed57613f5d8383615764565b808210613fe25750613f6f83836157a3565b808210613fd75750613f8183836157d7565b809110613fcd5750613f976101a0820151614d86565b60c083015111613fc45761ffff606060e092015116910151115f14613fbd576005905f90565b6006905f90565b50506007905f90565b9291505060049190565b939250505060039190565b939250505060029190565b5050506001905f90565b5050505f905f90565b919290926140345764ffffffffff60808301511615613ff75764ffffffffff60a08301511615613fed57613f5d8383615764565b5050506008905f90565b5f516020615e855f395f51905f525c6140645760015f516020615e855f395f51905f525d565b633ee5aeb560e01b5f5260045ffd5b906001600160801b03809116911601906001600160801b038211610c4457565b90929161409f82614e5a565b9060178201946001600160a01b0333165f528560205260405f205460ff8160c81c166142865760c01c60ff1661426f576001600160a01b036008840154168061420c575b5050506001600160801b036004820154169160118201946001600160801b0361412b61411788548060801c93849116613b94565b6001600160801b0360128701541690613b94565b6001600160801b0361413d8783613b94565b116141f55750613cc595966141558661417593614073565b81546001600160801b031660809190911b6001600160801b031916179055565b335f90815260209190915260409020601483018054825463ffffffff60801b191660809190911b63ffffffff60801b161782556141c891805462ff00ff60c01b19166201000160c01b1790553390614c4b565b33907f2848f1de45d2104e09672cae79557d344eac2be47e449dfd5cab3779355cb13e5f80a333906147c1565b8590639df2f25960e01b5f5260045260245260445ffd5b61424661424b93611a0d6040519485926328c282b360e21b6020850152896024850152336044850152606060648501526084840191613988565b61581a565b15614258575f80806140e3565b5063fa659a8360e01b5f526004523360245260445ffd5b8363762a112f60e01b5f526004523360245260445ffd5b846305f3691d60e01b5f526004523360245260445ffd5b60066142ba91015463ffffffff808260c01c169160a01c16615856565b90565b81156142c7570690565b634e487b7160e01b5f52601260045260245ffd5b929190608061433c61433561432f6143286142ba966101608701519060405190602082019283526040820152604081526143166060826135c0565b51902061ffff604088015116906142bd565b8589615061565b96613e7d565b80936157d7565b91015190613b94565b61435760056142ba9361128b84613e7d565b8042115f146143885761436a9042613d82565b905b60086001600160801b0360058301541691015460e01c906158b7565b505f9061436c565b61439981614e2f565b808411614435575b508215613b7757600a63ffffffff916143f86001600160801b038616601183016001600160801b036143d68382845416614b06565b166001600160801b03198254161790556141556012840191825460801c614073565b614403853383615bff565b015416906040519283527f21bc683548f9ce563ef4d1c810d5d333021f133d20b7caff0191c675085ad5b060203394a4565b92505f6143a1565b90602080835192838152019201905f5b81811061445a5750505090565b825184526020938401939092019160010161444d565b61447c600a820161360b565b926101a08401916144906113298451614d86565b925f925f5b85518510156144e8576144b4906001808551831c16146144b95761591b565b614495565b6144c4818a87615061565b6001600160a01b036144df6144d88961591b565b988a613ada565b9116905261591b565b50959493919250506144f982614e2f565b806146c3575b506013820163ffffffff61451581835416613d8f565b1663ffffffff1982541617905563ffffffff8451169061ffff81511691847ffbe8f76055a23afb176e40da16f45fa9a6a5cead820615f8b361158c88ffc83f60406012870195865460801c82519182526020820152a351601683019064ffffffffff6080870151169161ffff604088015116935460801c926040519061459a82613535565b8152602081019164ffffffffff421683526040820195865261ffff6060830194168452608082019485528054600160401b811015610f74576145e191600182018155613ba1565b959095610f615790518554925191516bffffffffffffffffffffffff1990931664ffffffffff919091161760289190911b69ffffffffff0000000000161760509190911b61ffff60501b161783555182549151600160601b600160f01b03199290921660609190911b61ffff60601b161760709190911b600160701b600160f01b0316179055601081015460d81c60ff16801561469c575b1561468857613cc592506153a9565b90610f2f63ffffffff613cc5945116613d8f565b506146ad63ffffffff845116613d8f565b63ffffffff600683015460e01c91161015614679565b845160098401546001600160a01b03169160609163ffffffff1683614713575b506146fa9250815115614700575b50828585615929565b5f6144ff565b61470d9150835190615e16565b5f6146f1565b9091624d90c55a10614772576146fa9361476b9261476592604051916346e43d0d60e01b60208401528a60248401526044830152606482015261475d81612e77608482018a613338565b865191615ce2565b82615d77565b905f6146e3565b5a63fe336aa760e01b5f52624d90c560045260245260445ffd5b6040516147aa6020820192468452306040840152606083019061338e565b6103a081526147bb6103c0826135c0565b51902090565b9190918115613b775760076001600160a01b0391015416916040516370a0823160e01b8152306004820152602081602481875afa9081156148e6575f91614923575b506001600160a01b03604051926323b872dd60e01b5f5216600452306024528260445260205f60648180885af160015f5114811615614904575b826040525f606052156148f1576370a0823160e01b8252306004830152602082602481875afa9182156148e6575f926148b2575b50808211156148a95761488391613d82565b915b81831061489157505050565b63387de0c960e21b5f5260045260245260445260645ffd5b50505f91614885565b9091506020813d6020116148de575b816148ce602093836135c0565b810103126101c95751905f614871565b3d91506148c1565b6040513d5f823e3d90fd5b83635274afe760e01b5f5260045260245ffd5b600181151661491a57843b15153d15161661483d565b823d5f823e3d90fd5b90506020813d60201161494d575b8161493e602093836135c0565b810103126101c957515f614803565b3d9150614931565b916001600160a01b0390604051926020840194468652306040860152606085015260808401521660a082015260a081526147bb60c0826135c0565b60ff601082015460d01c161591826149a757505090565b63ffffffff80929350600a915460801c1692015460201c161190565b9091601782016001600160a01b0382165f528060205260405f209263ffffffff845460801c169160148201928354915f198301928311610c4457828203614a88575b5050508154908115614a74576001600160a01b0394614a4c9385935f190190614a2e8282613ba1565b8982549160031b1b191690555561ffff60c01b19815416905561543a565b16907fe26956e6c2eea2293ba279200c0637028f1dcc7ab49a6643dc74d9da3fc94b775f80a3565b634e487b7160e01b5f52603160045260245ffd5b6001600160a01b0380614a9e614afe9588613ba1565b90549060031b1c16614ad381614ab4868a613ba1565b9091906001600160a01b038084549260031b9316831b921b1916179055565b165f5260205260405f209081549063ffffffff60801b9060801b169063ffffffff60801b1916179055565b5f8080614a05565b906001600160801b03809116911603906001600160801b038211610c4457565b92919260178101936001600160a01b0381165f52846020526001600160801b0360405f205416948515614c4257916001600160a01b0360079281948282165f5260205260405f206001600160801b03198154169055601283016001600160801b03614b96818b1682845416614b06565b166001600160801b03198254161790551680947f0508a8b4117d9a7b3d8f5895f6413e61b4f9a2df35afbfb41e78d0ecfff1843f60206040518a8152a3015416906040519063a9059cbb60e01b5f526004528360245260205f60448180865af19060015f5114821615614c21575b60405215614c0f5750565b635274afe760e01b5f5260045260245ffd5b906001811516614c3957823b15153d15161690614c04565b503d5f823e3d90fd5b505f9450505050565b90815491600160401b831015610f745782614ab4916001613cc595018155613ba1565b6001600160a01b038084165f9081526017830160205260409020805460ff60c81b1916600160c81b179055919290614caa908290601501614c4b565b16907f1d1cafad82295895163fff366148ce27bb5c1fa91ce87af3f5cd2b09c327fcbb5f80a3565b614cdd338483614f25565b939015614d2257506017906001600160a01b0333165f520160205260ff60405f205460d01c1615614d0c575090565b63158643cf60e21b5f526004523360245260445ffd5b63ffffffff9150511690631aec6aa760e21b5f526004526024523360445260645ffd5b9190811015613aee5760051b81013590601e19813603018212156101c95701908135916001600160401b0383116101c95760200182360381136101c9579190565b7f01010101010101010101010101010101010101010101010101010101010101017f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f7f55555555555555555555555555555555555555555555555555555555555555558360011c1683037f3333333333333333333333333333333333333333333333333333333333333333808260021c169116018060041c01160260f81c905f191460081b1790565b6142ba906012614e4e600483015460801c600684015460e01c9061584c565b91015460801c90613d82565b90614e6482613e27565b9160ff601084015460d01c16614e775750565b630c71765d60e11b5f5260045260245ffd5b80516020909101516001600160e01b0319811692919060048210614eab575050565b6001600160e01b031960049290920360031b82901b16169150565b91909160205f845182860182855af1925f519315614f1f5760203d10614eea575050565b614ef390614e89565b6001600160a01b033d92639b014b6360e01b5f521660045263ffffffff60e01b1660245260445260645ffd5b90615ba9565b6001600160a01b036017929493165f520160205260405f20549160ff8360c01c16158015615044575b8015615031575b6150295763ffffffff60208201511691604082019161ffff83511684115f1461501657610160015190614f8784615e55565b926001841b955f198701968711610c445760801c63ffffffff169460015b15614ff0575b5f9587811690861c6004805b614fc55750861b1795614fa5565b90915f198201828111610c4457614fde848c928a6152b4565b1618908015610c44575f190180614fb7565b80861015614fab57509392509350505b61ffff819251161191821561501157565b5f9150565b509263ffffffff91925060801c16615000565b505f91508190565b5064ffffffffff60a08201511615614f55565b5063ffffffff60208201511663ffffffff8460801c161015614f4e565b909163ffffffff6020840151169261ffff60408201511684115f146151185761016001519361508f84615e55565b926001841b925f198401938411610c44579460015b156150e8575b5f9584811690861c88885b87600482106150ca57505050861b17956150a4565b6150dc858360019597969496976152b4565b161892910189906150b5565b808610156150aa57509150935061510d915060146001600160a01b0393915b01613ba1565b90549060031b1c1690565b506001600160a01b03925061510d91601490615107565b92906001600160a01b036017850191165f528060205260405f20805460ff8160d01c161561527a5760ff60d01b191690556004840154936151a56f7fffffffffffffffffffffffffffffff6001600160801b0387169661519a601185016141558a825460801c614b06565b60011c168096613d82565b938580615269575b505083151580615212575b6151c0575050565b61520060126001600160801b03928387169461dead5f5260205260405f20846151ec8782845416614073565b168519825416179055019282845416614073565b166001600160801b0319825416179055565b506001600160a01b036007820154166040519063a9059cbb60e01b5f5261dead6004528560245260205f60448180855af19060015f511482161561525c575b5090604052156151b8565b3b15153d1516165f615251565b6152739183615bff565b5f856151ad565b505f94508493505050565b808210156152ad576152978282613d82565b8310156152a357505090565b6142ba9250613d82565b5050505f90565b91604051916020830193845260408301526060820152606081526147bb6080826135c0565b6152e69061312c81613e7d565b5090565b92919091600982101561045957811561539557506001811461537a576005811090811561536f575b506153685764ffffffffff61014061532a83856157d7565b93015116828111615360575b506080810151916001600160ff1b0383168303610c445761433c60a0916142ba9460011b90613b94565b91505f615336565b50505f1990565b60089150145f615312565b5060a064ffffffffff60806142ba9401511691015190613b94565b82516142ba945060a0925061433c91613b94565b60108101805460ff60d01b1916600160d01b1781556011820180546001600160801b031981169091557f1918519dc8346b4b27fd8a78c471210de0fab02c341d0b79afc9d29316c25899926040926001600160801b0392909216919082908161541e575b5050508151905f82526020820152a2565b6001600160a01b0361543293541690615bff565b5f818161540d565b6001600160a01b0382165f526017810160205260405f209182549260ff8460d01c161561549757613cc59360ff60d01b191690556001600160801b03600483015416916154926011820161415585825460801c614b06565b615bff565b50505050565b916154a88284615c36565b601283016001600160801b03815416905563ffffffff6154c6613dba565b9116928382526014810154908115159182615679575b50825160208085015160408087015160608089015160808a015160a08b015160c08c015160e08d015160b09190911b64ffffffffff60b01b1660889290921b64ffffffffff60881b169290941b64ffffffffff60601b1660509390931b61ffff60501b169585901b69ffff00000000000000001663ffffffff998a169888901b67ffffffff00000000169890981797909717949094171792909217939093176001600160d81b031960d89290921b9190911617600a8501559093911691610100850151600b8201805461012088015161014089015164ffffffffff60601b60609190911b1670ffffffffffffffffffffffffffffffffff199092166001600160401b0390941693841763ffffffff60401b60409290921b919091161717905594600f906101c090610160810151600c850155610180810151600d8501556101a0810151600e8501550151910155615635575b5050505050565b7fb9daec4b855c011be14de0b76e1b159ddf0c90288efa99f1106db6f9094537889261ffff6060936040519384521660208301526040820152a35f8080808061562e565b61ffff80600784015460a01c168083119263ffffffff81166020880152835f1461571357505b16604085015264ffffffffff4216908160808601525f146156dc575060014301804311610c44576001600160401b03166101008401525b5f6154dc565b60a08401525f194301438111610c4457806001600160401b0361570892166101008601524086866152b4565b6101608401526156d6565b905061569f565b93916001600160a01b0390939193604051946020860196468852306040880152606087015260808601521660a084015260c083015260e082015260e081526147bb610100826135c0565b60c0810180519092919064ffffffffff16156157875750505164ffffffffff1690565b6142ba925064ffffffffff60a060209201511691015190613b94565b60e0810180519092919064ffffffffff16156157c65750505164ffffffffff1690565b6142ba925061433c82604092615764565b906060810191825115615810576142ba9291604061433c64ffffffffff60a061580895015116602084015190613b94565b905190613b94565b6142ba92506157a3565b6020915f918382519201905afa5f5181615840575b81615838575090565b600191501490565b60203d1015915061582f565b81156142c7570490565b8161586091613b94565b5f19810191908211610c44576142ba9161584c565b91600981101561045957600181146158a757600614615897576142ba916157d7565b50610140015164ffffffffff1690565b50506080015164ffffffffff1690565b916001600160ff1b0382168203610c44578160011b811015615916578260011c92828210615910579161590561590a926158ff836158f9886142ba9998613d82565b92613d82565b90613da7565b61584c565b90613b94565b50505090565b505090565b5f198114610c445760010190565b92919063ffffffff600a85015416915f5f9060178701915b8351811015615a2857808787878661595a899685613ada565b5115615a1b576020615a0c866001600160a01b03615a04826159fe8c9d60019d7f4885c049c0415d0c9ad7bb808cd81c0563544eab04c95ed5c54dde1fafa8870a9986808f876001600160801b036159b5826159bd94613ada565b511695613ada565b5116165f5289526001600160801b036159dd60405f209282845416614073565b166001600160801b03198254161790556159f7838d613ada565b5190613b94565b9c613ada565b511696613ada565b51604051908152a45b01615941565b5050505060019150615a15565b509450505050508015615a9d5761520060126001600160801b03809316936011810184615a588782845416614b06565b1685198254161790550192615a94615a7482865460801c614073565b85546001600160801b031660809190911b6001600160801b031916178555565b82845416614073565b5050565b905f90815b60058310615ad35750505060f01c80615abc5750565b63051f797360e21b5f52600560045260245260445ffd5b82603002603081048403610c445784901c65ffffffffffff811690841592831580615b84575b615b605763ffffffff8260101c16935f14615b4f575082155b15908115615b42575b50615b2c5750600190920191615aa6565b8363051f797360e21b5f5260045260245260445ffd5b61ffff915016155f615b1b565b83118015615b125750838310615b12565b50945050505081615b6f575050565b63051f797360e21b5f5260045260245260445ffd5b508215615af9565b6001600160a01b03811615159081615ba2575090565b90503b1590565b3d918215615bce57826104008111615bc5575b604051815f823efd5b50610400615bbc565b615bdf6001600160a01b0391614e89565b916334c0810160e21b5f521660045263ffffffff60e01b1660245260445ffd5b6012615200916001600160a01b036001600160801b038095961695165f526017810160205260405f20846151ec8782845416614073565b9190601383019063ffffffff825460201c16906015850194855492838114615cd95760108101808211610c4457808511615cd1575b505b838110615ca457505050613cc592935063ffffffff1667ffffffff0000000082549160201b169067ffffffff000000001916179055565b80615ccb6001600160a01b03615cbc6001948b613ba1565b90549060031b1c1685856149c3565b01615c6d565b93505f615c6b565b50505050509050565b6040915f9194939460208251920190624c4b40fa825f51916020519015928315615d6b575b508215615d60575b50508015615d38575b615d3257615d2582613aa8565b9160051b6040602084013e565b60609150565b503d6001600160fb1b0383168303610c44578260051b6040019081604011610c445710615d18565b14159050825f615d0f565b6020141592505f615d07565b906060925f935f945b8351861015615dc1576001600160801b03615d9b8786613ada565b5111615db957615db16001916159f78887613ada565b950194615d80565b509350915050565b9294509290928215615e105750615dd88451613aa8565b935f5b81518110156154975780615dff85615905615df860019587613ada565b5187613da7565b615e098289613ada565b5201615ddb565b93505050565b9190615e2181613aa8565b928115615a9d5781615e329161584c565b5f5b828110615e4057505050565b8082615e4e60019388613ada565b5201615e34565b9060015b6001600160ff1b0381168103610c445782600182811b1b1015613a1a57615e7f9061591b565b615e5956fe9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00' as const
