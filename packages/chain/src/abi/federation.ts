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

export const federationBytecode = '0x60808060405234601557615f31908161001a8239f35b5f80fdfe60806040526004361015610011575f80fd5b5f3560e01c80630b290e2d14613142578063125571441461305057806315f6492014612ff1578063170c3f7b14612f4e57806333d67c4f14612f2f57806336e5957c14612a4d578063386b4403146121c357806342c8b1871461218e5780635265303c146120e357806359fda02314611a535780635b4545a714611a165780636025330c146118ed57806369460095146118b357806377b200df146107a95780637a2b8b9614611530578063812d11d0146114fd5780638152feb2146113725780638bf9e79b1461134657806394928500146112b9578063a21b56a4146111b6578063a42420911461106b578063a8b0e3ae14610f99578063aef8198514610cb8578063af92081214610aaa578063bd66528a14610a41578063be5170c0146107d6578063c125b8bb146107a9578063c3ecffcf14610784578063c7df14e2146105b2578063d3b3f73a1461047b578063f04a8595146102e8578063f7c86d12146101cd5763fc85e46314610184575f80fd5b346101c95760a03660031901126101c95760206101c16101a2613202565b6101aa61317e565b906084359163ffffffff60643592166004356157a2565b604051908152f35b5f80fd5b346101c95760203660031901126101c9576101e6613e3f565b506101e0610200600a6101fa600435613eac565b01613528565b6101c06040519163ffffffff815116835263ffffffff602082015116602084015261ffff604082015116604084015261ffff606082015116606084015264ffffffffff608082015116608084015264ffffffffff60a08201511660a084015264ffffffffff60c08201511660c084015264ffffffffff60e08201511660e084015260018060401b036101008201511661010084015263ffffffff6101208201511661012084015264ffffffffff610140820151166101408401526101608101516101608401526101808101516101808401526101a08101516101a084015201516101c0820152f35b346101c95760603660031901126101c957600435610304613202565b604435916103106140c3565b610318613e3f565b5061032281614eca565b92600a840161033081613528565b63ffffffff80825116951694808603610460575061035861035087613f02565b429083613fb4565b50600981101561044c576002810361042a5750610376818588614d47565b956101808201516001881b8117908114610417576103ad81604092600d61ffff958c5f526019810160205289865f20550155614df6565b92015116146103ff575b5061ffff6040519416845260208401527f11366eb93e54144df2a4b59f41218bce3a2d02697a06157d252a344a9a57224a60403394a45f5f516020615f115f395f51905f525d005b6104119064ffffffffff421690613e1a565b846103b7565b876306da013d60e21b5f5260045260245ffd5b63040daf5d60e31b5f526004859052610447906002602452613194565b60645ffd5b634e487b7160e01b5f52602160045260245ffd5b859085630247d60760e41b5f5260045260245260445260645ffd5b346101c95760203660031901126101c9576004356104976140c3565b6104a081614eca565b600a8101549164ffffffffff8360601c1661058f5760108201549260ff8460c81c161561057c576104ee60148401549464ffffffffff63ffffffff600587015460801c169160a01c16613bc4565b9360078401549461ffff8660a01c16808310801590610560575b156105305761051e63ffffffff85168688615538565b5f5f516020615f115f395f51905f525d005b6084935061ffff876040519463045a354b60e11b8652600486015260b01c16602484015260448301526064820152fd5b5061ffff8760b01c168310158015610508575081421015610508565b5063a03897ed60e01b5f5260045260245ffd5b61059b6104479261535f565b9063040daf5d60e31b5f526004525f602452613194565b346101c95760203660031901126101c9576040516105cf81613487565b5f8152602081015f9052604081015f9052606081015f9052608081015f905260a081015f905260c081015f905260e081015f905261010081015f905261012081015f9052610140015f905260043561062690613eac565b6010810154600160a01b60019003811691601481015463ffffffff1691601682015463ffffffff16601383015463ffffffff1690601184015493600160801b60019003906012015416946040519361067d85613487565b878552602085018160a01c64ffffffffff168152604086018260c81c60ff161515815260608701918360d01c60ff1615158352608088019360d81c60ff161515845260a0880194855260c0880195865260e08801968752610100880197600160801b600190038a16895261012081019960801c8a5261014001998a526040519a8b525164ffffffffff1660208b015251151560408a0152511515606089015251151560808801525163ffffffff1660a08701525163ffffffff1660c08601525163ffffffff1660e0850152600160801b60019003905116610100840152600160801b60019003905116610120830152600160801b6001900390511661014082015261016090f35b346101c9576103603660031901126101c95760206101c16107a43661365c565b6147de565b346101c9576107b7366131cf565b506001600160a01b0391600691506107ce90613eac565b015416613ee2565b346101c95760203660031901126101c9575f6103406040516107f78161346b565b8281528260208201528260408201528260608201528260808201528260a08201528260c08201528260e08201528261010082015282610120820152826101408201528261016082015282610180820152826101a0820152826101c0820152826101e08201528261020082015282610220820152826102408201528261026082015282610280820152826102a0820152826102c0820152826102e0820152826103008201528261032082015201526103606108b2600435613eac565b604051906108bf8261346b565b80548252600181015460208301526002810154604083015260038101546060830152600481015460018060801b038116608084015260801c60a083015263ffffffff600582015460018060801b03811660c0850152818160801c1660e0850152818160a01c1661010085015260c01c16610120830152600681015460018060a01b03811661014084015263ffffffff8160a01c1661016084015263ffffffff8160c01c1661018084015260e01c6101a083015260ff600782015460018060a01b0381166101c085015261ffff8160a01c166101e085015261ffff8160b01c1661020085015261ffff8160c01c1661022085015261ffff8160d01c16610240850152818160e01c16610260850152818160e81c1661028085015260f01c166102a0830152600881015460018060a01b0381166102c084015263ffffffff8160a01c166102e084015263ffffffff8160c01c1661030084015260e01c610320830152600960018060a01b0391015416610340820152610a3f604051809261329a565bf35b346101c95760203660031901126101c9576020610a83600435610a626140c3565b610a6b81613eac565b9060ff601083015460d01c16610a9b575b3391614b78565b5f5f516020615f115f395f51905f525d604051908152f35b610aa533836154b0565b610a7c565b346101c95760403660031901126101c957600435610ac6613202565b610ace6140c3565b610ad782614eca565b91600a83019263ffffffff8454169263ffffffff811693808503610c9d575061ffff600783015460d01c16908115610c8a57335f9081526017840160205260409020805490919060c081901c60ff16158015610c79575b610c5e5760ff8160d01c1615610c475763ffffffff80610b4d84613dcc565b169160a01c1614610c2c5790610b65610b6b92613dcc565b9061392e565b63ffffffff600b8301610b8d610b8683835460401c16613dcc565b8092613de4565b16946127108602918683046127101487151715610c185763ffffffff610bb8925460201c1690613e07565b1115610bfe575b506040519283527f21b3e697b08591b97b1ea0ab600455ac82fbc023df527d0c1d24e4b88e516e5d60203394a45f5f516020615f115f395f51905f525d005b601001805460ff60d81b1916600160d81b17905583610bbf565b634e487b7160e01b5f52601160045260245ffd5b8585639b389f0f60e01b5f526004526024523360445260645ffd5b8563158643cf60e21b5f526004523360245260445ffd5b8686631105830560e31b5f526004526024523360445260645ffd5b50610c8483866149e7565b15610b2e565b83638f8285ff60e01b5f5260045260245ffd5b849084630247d60760e41b5f5260045260245260445260645ffd5b346101c95760403660031901126101c957600435610cd4613202565b90610cdd6140c3565b610ce5613e3f565b50610cef81614eca565b610cfb600a8201613528565b9263ffffffff80855116911690808203610f805750610d24610d1c83613f02565b429086613fb4565b50600981101561044c5760078103610f635750610d4b6007610d4584613f02565b866158fb565b8042115f14610f5657610d80610d64610d879242613dbf565b6005850154600886015460e01c906001600160801b031661593d565b84846143e5565b827fe3e7e7d3bccc739d4f9a5959edad6bec7b537f9d64e849a8e889702d7455495c604061ffff610dbc6101a0890151614df6565b1661ffff600787015460b01c1682519182526020820152a36016810164ffffffffff60808501511661ffff60408601511691601284015460801c9160405190610e0482613450565b8152602081019064ffffffffff421682526040810194855260608101925f8452608082019485528054600160401b811015610f4257610e4891600182018155613bd1565b959095610f2f579051855492516001600160501b031990931664ffffffffff919091161760289290921b64ffffffffff60281b1691909117845551610e919061ffff1684613618565b5182549151600160601b600160f01b031990921660609190911b61ffff60601b161760709190911b600160701b600160f01b0316179055601081015460d81c60ff168015610f08575b15610ee95761051e925061542f565b90610efd63ffffffff610f03945116613dcc565b91615538565b61051e565b50610f1963ffffffff845116613dcc565b63ffffffff600683015460e01c91161015610eda565b634e487b7160e01b5f525f60045260245ffd5b634e487b7160e01b5f52604160045260245ffd5b50610d87610d805f610d64565b63040daf5d60e31b5f526004849052610447906007602452613194565b83630247d60760e41b5f5260045260245260445260645ffd5b346101c95760c03660031901126101c9576004356024356001600160401b0381116101c957610fcc9036906004016131a2565b906064359260ff84168094036101c9575f8061051e95610fea6140c3565b610ff384614eca565b8260018060801b036004830154169160405193602085019363d505accf60e01b85523360248701523060448701526064860152604435608486015260a485015260843560c485015260a43560e485015260e48452611053610104856134db565b600701549251926001600160a01b03165af150614111565b346101c95760203660031901126101c9576004356110876140c3565b61109081614eca565b6016810180548061118d5750506110dd64ffffffffff601083015460a01c165b64ffffffffff6110bf84613f02565b9116906110cb8461535f565b906110d8600a8601613528565b615370565b804210611177575060108101805460ff60d01b1916600160d01b1781556011820180546001600160801b031981169091555f516020615ef15f395f51905f52926040926001600160801b03929092169190829081611158575b505050815190600182526020820152a25f5f516020615f115f395f51905f525d005b915461116f926001600160a01b0390911690615c88565b848181611136565b630f26247360e11b5f526004524260245260445ffd5b5f198101908111610c18576111ab64ffffffffff916110dd93613bd1565b505460281c166110b0565b346101c95760403660031901126101c9576004356111d2613202565b906111db6140c3565b6111e3613e3f565b506111ed81614eca565b6111f9600a8201613528565b9263ffffffff80855116911690808203610f8057505061122361121b82613f02565b429085613fb4565b50600981101561044c576006810361129c575061124e600661051e9461124884613f02565b906158fb565b8042115f1461128f5761128361126761128a9242613dbf565b6005840154600885015460e01c906001600160801b031661593d565b83836143e5565b6144c8565b5061128a6112835f611267565b63040daf5d60e31b5f526004839052610447906006602452613194565b346101c95760146112dc6112eb6112e66112d236613280565b9591949094613eac565b019383855461530b565b613ada565b915f5b835181101561132c578061130d61130760019386613bc4565b84613bd1565b838060a01b0391549060031b1c166113258287613b0c565b52016112ee565b6040516020808252819061134290820187613244565b0390f35b346101c95760403660031901126101c95761051e611362613202565b61136a6140c3565b600435613c0b565b346101c957601661139261139c61138836613280565b9491939093613eac565b019282845461530b565b916113a683613ac3565b926113b460405194856134db565b8084526113c3601f1991613ac3565b015f5b8181106114e65750505f5b835181101561145957806113ea61130760019386613bc4565b50604051906113f882613450565b5464ffffffffff8116825264ffffffffff8160281c16602083015261ffff8160501c16604083015261ffff8160601c166060830152838060801b039060701c1660808201526114478287613b0c565b526114528186613b0c565b50016113d1565b836040518091602082016020835281518091526020604084019201905f5b818110611485575050500390f35b91935091602060a0600192865164ffffffffff815116825264ffffffffff84820151168483015261ffff604082015116604083015261ffff606082015116606083015260808580821b03910151166080820152019401910191849392611477565b6020906114f16134fe565b828288010152016113c6565b346101c95760203660031901126101c95761134261151c600435613b34565b604051918291602083526020830190613244565b346101c95760c03660031901126101c95760043561154c613202565b90611555613215565b906064359261ffff84168094036101c9576084356001600160401b0381116101c9576115859036906004016131a2565b9361158e6140c3565b611596613e3f565b506115a084614eca565b956115ad600a8801613528565b9163ffffffff8084511695169480860361189857506115ce61121b89613f02565b50600981101561044c576004810361187d57506115ec3688866138a3565b602081519101209361ffff82169460405160208101913383528960408301528860608301528760808301528560a083015260c082015260a43560e082015260e0815261163a610100826134db565b519020335f52600160205260405f20815f5260205260405f20548015908115611872575b5061185c575061ffff604085015116851080159061184a575b6118375761168685858b6150d4565b9761ffff60078b015460c01c16808510156118215790848b9392816116ac8d8c8e6149ae565b956116b6906142f1565b916116c18c8c613bc4565b906116cb91613e07565b906116d591613bc4565b906116df91614311565b9460081b62ffff0016175f5260188b0160205260405f205460405194859463479cfac360e11b60208701528b602487015260448601526064850152608484015260a4830160a0905260c483019061173592613997565b03601f198101825261174790826134db565b600688015461175f91906001600160a01b03166158a0565b1561180c57506101a00151600190911b1916600e8501556117c190827ff5699437ab7a2c230caf68ddf3351a8c3ec5f85176adbed33afaeafbacf2bb2c6117a733878961519b565b6040516001600160a01b0389169690928392903384613226565b0390a46001600160a01b0382165f90815260178401602052604090205460c81c60ff16156117fb575f5f516020615f115f395f51905f525d005b61180492614cdc565b80808061051e565b826239b31b60e51b5f5260045260245260445ffd5b8463025d56a560e21b5f5260045260245260445ffd5b846323b96f9960e01b5f5260045260245ffd5b5060016101a0850151861c1615611677565b6378a8db6760e01b5f523360045260245260445ffd5b90504311158b61165e565b63040daf5d60e31b5f52600487815260245261044790613194565b859087630247d60760e41b5f5260045260245260445260645ffd5b346101c95760403660031901126101c957604061ffff6118dc6118d4613168565b600435613a82565b835191151582529091166020820152f35b346101c95760603660031901126101c9576004356024356044356001600160401b0381116101c9576119239036906004016131a2565b9161192c6140c3565b61193584614eca565b92601084019060ff825460c81c16611a04576119c76040946001926119c27fde56fd08fd634b9736c2e6427a2ad565e204f9c7056211c2ed490accad387f89986006868060a01b0391015416916119b489519485926318094cc360e21b60208501528d60248501528a6044850152606060648501526084840191613997565b03601f1981018452836134db565b614f36565b1490816119ed575b5082519182526020820152a25f5f516020615f115f395f51905f525d005b805460ff60c81b1916600160c81b179055856119cf565b85622f25dd60e21b5f5260045260245ffd5b346101c95760403660031901126101c95760243561ffff811681036101c957611a44611342916004356139da565b60409391935193849384613226565b346101c95760c03660031901126101c957611a6c613202565b611a74613215565b6001600160401b03606435116101c9573660236064350112156101c9576001600160401b0360046064350135116101c9573660246064356004013560051b6064350101116101c95760a4356001600160401b0381116101c957611adb9036906004016131a2565b91611ae46140c3565b611aec613e3f565b50611af8600435614eca565b611b04600a8201613528565b9063ffffffff8251168063ffffffff8816036120c05750611b2f611b2782613f02565b429084613fb4565b50600981101561044c57600381036120a25750611b4f8260043583614d47565b916001806101a0830151851c161461208f5763ffffffff600583015460a01c16611f47575b63ffffffff87166001810110610c18575f838152601a83016020526040902054601081901c63ffffffff89166001016001600160f01b031603611f405761ffff165b8061ffff861603611f2557611bd68161ffff600786015460c01c16613dbf565b9060643560040135158015611f16575b611ef957816064356004013503611ec5575b50611c0c3363ffffffff8a166004356149ae565b60018060a01b0360068501541661ffff600786015460c01c1691611c2f866142f1565b5f5b8c8a8a606435600401358410611dad5750505050505050506064356004013514611d64575b505061ffff604051928160808501931684521660208301526080604083015260643560040135905260a0810160a06064356004013560051b83010190602460643501905f604219606435360301905b606435600401358110611d0c57505050509080611cf783827f0d7c32dfc7604359e32caeb0e46860321b934c4297d7e3b8c3a346b89c3789a39503606084015263ffffffff3398169660043596613997565b0390a45f5f516020615f115f395f51905f525d005b90919293609f198682030184528435838112156101c95760643501604481019190602401356001600160401b0381116101c95780360383136101c957611d586020928392600195613997565b96019401929101611ca5565b61ffff6040611d826101a08401516001871b1780600e870155614df6565b9201511614611d92575b80611c56565b611da790600a64ffffffffff421691016139b7565b85611d8c565b611ded85611de8611e4f95611de38c611dde5f9763ffffffff611dd68d61ffff60209d16613bc4565b951690613bc4565b613e07565b613bc4565b614311565b611e038560643560040135602460643501614db5565b611e4160409692965196879287840195633b1455c960e11b875260043560248601528c604486015260648501526080608485015260a4840191613997565b03601f1981018652856134db565b835190885afa905f519115611ebf5760203d10611e92575090600191611e798261ffff8e16613bc4565b8b60081b175f5260188a0160205260405f205501611c31565b611e9c8691614ef9565b3d91639b014b6360e01b5f5260045263ffffffff60e01b1660245260445260645ffd5b85615c2e565b611ed6906064356004013590613bc4565b600163ffffffff8a160160101b17845f52601a840160205260405f205588611bf8565b506316493ea760e21b5f526064356004013560045260245260445ffd5b50816064356004013511611be6565b8461ffff91630254237f60e21b5f526004521660245260445ffd5b505f611bb6565b6001610180820151841c161561207d5761ffff600783015460c01c168060643560040135036120615750611f8060643560040135613ada565b5f5b606435600401358110612026575060405160208101918260208251919201905f5b8181106120105750505090611fc581611fde949303601f1981018352826134db565b51902063ffffffff8351166084359033906004356157a2565b835f526019830160205260405f2054808203611ffb575050611b74565b63c9e0e75760e01b5f5260045260245260445ffd5b8251845260209384019390920191600101611fa3565b8061204961204260019360643560040135602460643501614db5565b36916138a3565b6020815191012061205a8285613b0c565b5201611f82565b6316493ea760e21b5f526064356004013560045260245260445ffd5b82627f6d1f60e51b5f5260045260245ffd5b82636ec6d7ed60e01b5f5260045260245ffd5b63040daf5d60e31b5f52600480359052610447906003602452613194565b8663ffffffff91630247d60760e41b5f526004356004526024521660445260645ffd5b346101c95760203660031901126101c9576004356120ff6140c3565b61210881613eac565b335f9081526017820160205260409020805460c01c60ff16156121775761212f81836149e7565b15612161575460c81c60ff1661214a5761051e913391614cdc565b5063fb19059b60e01b5f526004523360245260445ffd5b5061217191610a7c338284614a1a565b5061051e565b82630a6c3de160e01b5f526004523360245260445ffd5b346101c95760603660031901126101c95760206101c16121ac613202565b63ffffffff6121b961317e565b91166004356149ae565b346101c95736600319016103a081126101c957610360136101c957610364356001600160401b0381116101c9576121fe9036906004016131a2565b610384356001600160401b0381116101c95761221e9036906004016131a2565b90926122286140c3565b6122313661365c565b9061223b826147de565b93845f525f60205260405f209164ffffffffff601084015460a01c16612a3a5761ffff6101e08501511680158015612a2f575b612a17575061ffff6102008501511680158015612a05575b6129e5575063ffffffff6101a085015116156129d65763ffffffff61016085015116156129c75763ffffffff61018085015116156129b8576122df63ffffffff6101608601511663ffffffff61018087015116906158dc565b61010081116129a05761ffff6102208601511680158015612997575b612982575061231a606086015163ffffffff6101a08801511690615b26565b61ffff61024086015116612710811161296a575063ffffffff6102e0860151161561295b5763ffffffff610120860151161561294c576101408501516001600160a01b0316803b1561293a57506102c08501516001600160a01b031661237f81615c11565b61292857506103408501516001600160a01b031661239c81615c11565b61291657506101c08501516001600160a01b03166123b981615c11565b61290457506101c08501516001600160a01b031615806128bb575b6128815760c08501516001600160801b03169060038101908110610c18576123fb91613e07565b61241d60018060801b0360a08701511663ffffffff6101a088015116906158d2565b9081811161286c5750506124323683836138a3565b60208151910120845180820361285757505061244f3686896138a3565b6020815191012060208501518082036128425750508351835560208401516001840155604084015160028401556060840151600384015560808401516004840180546001600160801b0319166001600160801b0392831617815560a08601515f96879690956127b595919492909216928b928b927f4abe352bf7eb29ece89bc3dfad8a5ee9e117478e46dadf1f1b02f5e7666395b092612777928a9261279c9261278b92906124ff908b906138e8565b60c085015160058c0180546001600160801b0319166001600160801b039290921691909117815560e086015161256791906125409063ffffffff168261390b565b61255563ffffffff610100890151168261392e565b63ffffffff6101208801511690613951565b61014085015160068c0180546001600160a01b0319166001600160a01b039092169182178155610160870151919b916125a89163ffffffff9091169061392e565b6125c18c600663ffffffff6101808a0151169101613951565b6125da8c600663ffffffff6101a08a0151169101613974565b6101c086015160078d0180546101e08901516102008a01516102208b01516102408c01516102608d01516102808e01516102a08f01516001600160f81b03199097166001600160a01b03998a161760a09690961b61ffff60a01b169590951760b09490941b61ffff60b01b169390931760c09290921b61ffff60c01b169190911760d09190911b61ffff60d01b161760e09190911b60ff60e01b161760e89190911b60ff60e81b161760f09190911b60ff60f01b161790556102c087015160088e0180546001600160a01b031916919092161781556102e08701516126f191906126ca9063ffffffff168261392e565b6126df63ffffffff6103008a01511682613951565b63ffffffff6103208901511690613974565b61034086015160098d0180546001600160a01b0319166001600160a01b039290921691909117905560108c01805464ffffffffff60a01b1933166001600160c81b0319909116174260a01b64ffffffffff60a01b1617905560118c0180546001600160801b0319166001600160801b03909216919091179055604051958695869061329a565b6103a06103608601526103a0850191613997565b8281036103808401528d3397613997565b0390a460a08301516001600160801b0316903390614813565b61281460018060a01b0361014083015116946128066040519889926127f2602085019663c096085960e01b88528b6024870152604486019061329a565b6103a06103a48501526103c4840191613997565b03601f1981018852876134db565b85519082855af11561283b576020825f5f516020615f115f395f51905f525d604051908152f35b9050615c2e565b63c49e9e2760e01b5f5260045260245260445ffd5b63703d2c4360e11b5f5260045260245260445ffd5b63ff9d0a2360e01b5f5260045260245260445ffd5b608085015160a086015160c0870151633de565cb60e01b5f9081526001600160801b03938416600452918316602452909116604452606490fd5b5060808501516001600160801b0316158015906128ee575b806123d4575060c08501516001600160801b031615156123d4565b5060a08501516001600160801b031615156128d3565b63d0b1b2a760e01b5f5260045260245ffd5b635231e6ef60e01b5f5260045260245ffd5b634088e6ed60e01b5f5260045260245ffd5b63527b4bcd60e11b5f5260045260245ffd5b639bc0429560e01b5f5260045ffd5b6306ed50ed60e51b5f5260045ffd5b6323dca07960e21b5f5260045261271060245260445ffd5b636d6b66f160e01b5f5260045260245260445ffd5b508181116122fb565b63f4a6d9ff60e01b5f5260045261010060245260445ffd5b6337e9e5b960e01b5f5260045ffd5b63e1d8171360e01b5f5260045ffd5b63acda5ee160e01b5f5260045ffd5b61ffff6101e08601511690630f8ba9fb60e41b5f5260045260245260445ffd5b5061ffff6101e0860151168111612286565b6357095b4360e11b5f5260045261010060245260445ffd5b50610100811161226e565b85631526a94960e21b5f5260045260245ffd5b346101c95760803660031901126101c957612a66613202565b612a6e613215565b906064356001600160401b0381116101c957612a8e9036906004016131a2565b9190612a986140c3565b612aa0613e3f565b50612aac600435614eca565b600a810192612aba84613528565b9063ffffffff80835116911690808203612f14575050612adc61035083613f02565b50600981101561044c5760058103612ef65750612af8826142f1565b908161ffff88161015612edb576101c08101600180825161ffff8b161c1614612ec457612b2a61ffff8916838661432f565b9081421080612eb1575b612e94575050612b76606083019361ffff612b5181875116613604565b161496612b7061ffff60018060a01b0360098901541615965116613604565b90613618565b51600161ffff89161b17600f840155841585612e8c575b612e73575b612baa612ba182859695614399565b600435866143e5565b5f9361ffff600782015460c01c16612bc1826142f1565b612bcf6101a0850151614df6565b97612be2612bdc8a613ada565b99613ada565b955f975f995b61ffff6040890151168b1015612cc8578d60016101a08a01518d1c1615612cbd5785611de88d612c3a83611de88c8f612c4098612c348561ffff63ffffffff611dde9551169316613bc4565b96613bc4565b90613dbf565b8c87821015612cb15791612ca791600193612c7e8f8f908d8f612c78928163ffffffff612c6f935116936150d4565b906004356149ae565b92613b0c565b528d60081b175f526018890160205260405f2054612c9c8d8d613b0c565b52828d1b179a6159a1565b9a5b019998612be8565b50509899600190612ca9565b509899600190612ca9565b908694508b8e89928f8c8e808652815260038a0154948663ffffffff815116965f975f915b60058310612e15575b50505095612d7d63ffffffff95612d9e95612d6b8996612d59612d8b978b61ffff9e5116978e6040519b8c9a63540d982760e11b60208d015260043560248d015260448c01521660648a0152608489015260e060a4890152610104880190614495565b8681036023190160c488015290614495565b8481036023190160e486015291613997565b03601f1981018352826134db565b60068a01546001600160a01b0316614f36565b93511692604051943386526020860152604085015216917f0880f4d001c70d964a8849ae241261b08fdfe5c779287088d5f09444302cc8fa606060043592a481612e0d575b50612dfa575f5f516020615f115f395f51905f525d005b612e0790600435906144c8565b8061051e565b905082612de3565b91809899919350603002603081048903610c185782901c908a65ffffffffffff8316158015612e61575b612e5857505061ffff1697968992600190910191612ced565b93509897612cf6565b508463ffffffff8460101c1611612e3f565b612e8764ffffffffff4216600b8501613637565b612b92565b508115612b8d565b63049774e760e21b5f5260018060a01b031660045260245260445ffd5b50336001600160a01b0382161415612b34565b61ffff8863149063e760e21b5f521660045260245ffd5b5061ffff86630f1d314b60e21b5f521660045260245260445ffd5b63040daf5d60e31b5f52600480359052610447906005602452613194565b630247d60760e41b5f5260043560045260245260445260645ffd5b346101c95761051e612f40366131cf565b91612f496140c3565b614111565b346101c95760203660031901126101c957600435612f6a6140c3565b335f52600160205260405f20815f5260205260405f2054612fdb57335f52600160205260405f20815f526020524360405f20556040519081527f65702eaceb5e526f371c5e21ca771978bb62ed723de7310d4ebe6d388e45e31b60203392a25f5f516020615f115f395f51905f525d005b630724064760e31b5f523360045260245260445ffd5b346101c95760203660031901126101c957613037613010600435613eac565b61301981613f02565b60ff601083015460d01c1690613032600a429401613528565b614085565b60405190600983101561044c5760409282526020820152f35b346101c95760403660031901126101c95760a061306b613168565b6130736134fe565b5061307f600435613eac565b5f196001841b019091165f9081526017820160205260409020546001600160801b0381169160d082901c60ff161561313b57600401546001600160801b03165b63ffffffff604051916130d183613450565b848352602083019060018060801b031681526040830190828560801c16825260ff60806060860195828860c01c1615158752019560c81c161515855260405195865260018060801b0390511660208601525116604084015251151560608301525115156080820152f35b505f6130bf565b346101c95760403660031901126101c9576001600160a01b0360066107ce600435613eac565b602435906001600160a01b03821682036101c957565b604435906001600160a01b03821682036101c957565b600981101561044c57604452565b9181601f840112156101c9578235916001600160401b0383116101c957602083818601950101116101c957565b9060406003198301126101c95760043591602435906001600160401b0382116101c9576131fe916004016131a2565b9091565b6024359063ffffffff821682036101c957565b6044359061ffff821682036101c957565b604091949392606082019560018060a01b0316825260208201520152565b90602080835192838152019201905f5b8181106132615750505090565b82516001600160a01b0316845260209384019390920191600101613254565b60609060031901126101c957600435906024359060443590565b610340908051835260208101516020840152604081015160408401526060810151606084015260018060801b03608082015116608084015260018060801b0360a08201511660a084015260018060801b0360c08201511660c084015263ffffffff60e08201511660e084015263ffffffff6101008201511661010084015263ffffffff6101208201511661012084015260018060a01b036101408201511661014084015263ffffffff6101608201511661016084015263ffffffff6101808201511661018084015263ffffffff6101a0820151166101a084015260018060a01b036101c0820151166101c084015261ffff6101e0820151166101e084015261ffff6102008201511661020084015261ffff6102208201511661022084015261ffff6102408201511661024084015260ff6102608201511661026084015260ff6102808201511661028084015260ff6102a0820151166102a084015260018060a01b036102c0820151166102c084015263ffffffff6102e0820151166102e084015263ffffffff6103008201511661030084015263ffffffff610320820151166103208401528160018060a01b0391015116910152565b60a081019081106001600160401b03821117610f4257604052565b61036081019081106001600160401b03821117610f4257604052565b61016081019081106001600160401b03821117610f4257604052565b6101e081019081106001600160401b03821117610f4257604052565b61010081019081106001600160401b03821117610f4257604052565b601f909101601f19168101906001600160401b03821190821017610f4257604052565b6040519061350b82613450565b5f6080838281528260208201528260408201528260608201520152565b90604051613535816134a3565b6101c060058294805463ffffffff8116855263ffffffff8160201c16602086015261ffff8160401c16604086015261ffff8160501c16606086015264ffffffffff8160601c16608086015264ffffffffff8160881c1660a086015264ffffffffff8160b01c1660c086015260d81c60e085015264ffffffffff600182015460018060401b03811661010087015263ffffffff8160401c1661012087015260601c166101408501526002810154610160850152600381015461018085015260048101546101a08501520154910152565b61ffff60019116019061ffff8211610c1857565b805461ffff60501b191660509290921b61ffff60501b16919091179055565b805464ffffffffff60601b191660609290921b64ffffffffff60601b16919091179055565b6103609060031901126101c957604051906136768261346b565b6004358252602435602083015260443560408301526064356060830152816084356001600160801b03811681036101c957608082015260a4356001600160801b03811681036101c95760a082015260c4356001600160801b03811681036101c95760c082015260e43563ffffffff811681036101c95760e08201526101043563ffffffff811681036101c9576101008201526101243563ffffffff811681036101c957610120820152610144356001600160a01b03811681036101c9576101408201526101643563ffffffff811681036101c9576101608201526101843563ffffffff811681036101c9576101808201526101a43563ffffffff811681036101c9576101a08201526101c4356001600160a01b03811681036101c9576101c08201526101e43561ffff811681036101c9576101e08201526102043561ffff811681036101c9576102008201526102243561ffff811681036101c9576102208201526102443561ffff811681036101c9576102408201526102643560ff811681036101c9576102608201526102843560ff811681036101c9576102808201526102a43560ff811681036101c9576102a08201526102c4356001600160a01b03811681036101c9576102c08201526102e43563ffffffff811681036101c9576102e08201526103043563ffffffff811681036101c9576103008201526103243563ffffffff811681036101c95761032082015261034435906001600160a01b03821682036101c9576103400152565b9192916001600160401b038211610f4257604051916138cc601f8201601f1916602001846134db565b8294818452818301116101c9578281602093845f960137010152565b80546001600160801b031660809290921b6001600160801b031916919091179055565b805463ffffffff60801b191660809290921b63ffffffff60801b16919091179055565b805463ffffffff60a01b191660a09290921b63ffffffff60a01b16919091179055565b805463ffffffff60c01b191660c09290921b63ffffffff60c01b16919091179055565b80546001600160e01b031660e09290921b6001600160e01b031916919091179055565b908060209392818452848401375f828201840152601f01601f1916010190565b80546001600160d81b031660d89290921b6001600160d81b031916919091179055565b6139e390613eac565b61ffff6139ef826142f1565b92169180831015613a6c5750613a07600a8201613528565b9164ffffffffff60a084015116158015613a5b575b613a505792613a42613a338495613a3c958561432f565b94909584614399565b92614e9f565b808311613a4c5750565b9150565b5050505f905f905f90565b5060ff601083015460d01c16613a1c565b82630f1d314b60e21b5f5260045260245260445ffd5b613a8b90613eac565b60ff601082015460d01c16613abb5761ffff929181613aaf600a613ab59401613528565b90614f99565b90921690565b50505f905f90565b6001600160401b038111610f425760051b60200190565b90613ae482613ac3565b613af160405191826134db565b8281528092613b02601f1991613ac3565b0190602036910137565b8051821015613b205760209160051b010190565b634e487b7160e01b5f52603260045260245ffd5b613b3d90613eac565b90613b4a600a8301613528565b64ffffffffff60a082015116158015613bb3575b613bac57613b7361ffff604083015116613ada565b925f5b8451811015613ba75780613b8d60019285856150d4565b613b978288613b0c565b90838060a01b0316905201613b76565b505050565b5060609150565b5060ff601084015460d01c16613b5e565b91908201809211610c1857565b8054821015613b20575f5260205f2001905f90565b805464ffffffffff60881b191660889290921b64ffffffffff60881b16919091179055565b613c13613e3f565b50613c1d81614eca565b90600a8201613c2b81613528565b9063ffffffff80835116951694808603613da35750613c4c611b2785613f02565b50600981101561044c5760018103613d865750610100820180516001600160401b031643811015613d715750516001600160401b0316408015613d13579185847f17a09b0f6cc8822d660ac3d4329189a9e34bb4c7c320f77b4771e62756b6577c6020600195613cdb613cc6613ceb99613d079d8761533a565b9182600c8d015564ffffffffff421690613be6565b604051908152a361124885613f02565b8042115f14613d0957611267613d019142613dbf565b916143e5565b565b50613d015f611267565b5050509060014301804311610c1857600b90910180546001600160401b0319166001600160401b0390921691821790556040519081527ff04e934e88c89fcee5349ac23f8f742a4381449910dc1281eaef9b48b2efe2f190602090a3565b62023f8b60ed1b5f526004524360245260445ffd5b63040daf5d60e31b5f526004849052610447906001602452613194565b93505050630247d60760e41b5f5260045260245260445260645ffd5b91908203918211610c1857565b63ffffffff60019116019063ffffffff8211610c1857565b805463ffffffff60401b191660409290921b63ffffffff60401b16919091179055565b81810292918115918404141715610c1857565b805464ffffffffff60b01b191660b09290921b64ffffffffff60b01b16919091179055565b60405190613e4c826134a3565b5f6101c0838281528260208201528260408201528260608201528260808201528260a08201528260c08201528260e08201528261010082015282610120820152826101408201528261016082015282610180820152826101a08201520152565b90815f525f60205260405f209164ffffffffff601084015460a01c1615613ed05750565b63abad5cfd60e01b5f5260045260245ffd5b5f8060405192368285378336915afa3d5f833e15613efe573d90f35b3d90fd5b5f60e0604051613f11816134bf565b8281528260208201528260408201528260608201528260808201528260a08201528260c08201520152600581015460088201549163ffffffff613f5f61ffff600784015460b01c16926142f1565b9260405194613f6d866134bf565b828260801c168652828260a01c166020870152828160a01c166040870152828160c01c16606087015260e01c608086015260c01c1660a084015260c083015260e082015290565b909164ffffffffff6080830151161561407c5764ffffffffff60a0830151161561407257613fe283836157ea565b8082106140675750613ff48383615829565b80821061405c5750614006838361585d565b809110614052575061401c6101a0820151614df6565b60c0830151116140495761ffff606060e092015116910151115f14614042576005905f90565b6006905f90565b50506007905f90565b9291505060049190565b939250505060039190565b939250505060029190565b5050506001905f90565b5050505f905f90565b919290926140b95764ffffffffff6080830151161561407c5764ffffffffff60a0830151161561407257613fe283836157ea565b5050506008905f90565b5f516020615f115f395f51905f525c6140e95760015f516020615f115f395f51905f525d565b633ee5aeb560e01b5f5260045ffd5b6001600160801b039182169082160191908211610c1857565b90929161411d82614eca565b90601782019460018060a01b0333165f528560205260405f205460ff8160c81c166142da5760c01c60ff166142c35760088301546001600160a01b031680614260575b50505060018060801b0360048201541691601182019485546141a56141918260801c809360018060801b0316613bc4565b60128601546001600160801b031690613bc4565b6001600160801b036141b78783613bc4565b116142495750613d0795966141cf866141d5936140f8565b906138e8565b60018060a01b0333165f5260205261421c60405f20601484019061420063ffffffff8354168261390b565b805462ff00ff60c01b19166201000160c01b1790553390614cb9565b33907f2848f1de45d2104e09672cae79557d344eac2be47e449dfd5cab3779355cb13e5f80a33390614813565b8590639df2f25960e01b5f5260045260245260445ffd5b61429a61429f936119b46040519485926328c282b360e21b6020850152896024850152336044850152606060648501526084840191613997565b6158a0565b156142ac575f8080614160565b5063fa659a8360e01b5f526004523360245260445ffd5b8363762a112f60e01b5f526004523360245260445ffd5b846305f3691d60e01b5f526004523360245260445ffd5b600661430e91015463ffffffff808260c01c169160a01c166158dc565b90565b811561431b570690565b634e487b7160e01b5f52601260045260245ffd5b929190608061439061438961438361437c61430e9661016087015190604051906020820192835260408201526040815261436a6060826134db565b51902061ffff60408801511690614311565b85896150d4565b96613f02565b809361585d565b91015190613bc4565b6143ab600561430e9361124884613f02565b8042115f146143dd576143be9042613dbf565b905b600581015460089091015460e01c906001600160801b031661593d565b505f906143c0565b6143ee81614e9f565b80841161448d575b508215613ba75760118101805463ffffffff92600a929091614450916001600160801b038881169261442b9084908316614b5f565b82546001600160801b031916911617905560128301805490916141cf9160801c6140f8565b61445b853383615c88565b015416906040519283527f21bc683548f9ce563ef4d1c810d5d333021f133d20b7caff0191c675085ad5b060203394a4565b92505f6143f6565b90602080835192838152019201905f5b8181106144b25750505090565b82518452602093840193909201916001016144a5565b6144d4600a8201613528565b6101a08101936144e76112e68651614df6565b925f915f5b85518410156145405761450b906001808a51831c1614614510576159a1565b6144ec565b61451b8187866150d4565b61452e614527876159a1565b9689613b0c565b6001600160a01b0390911690526159a1565b509550919392905061455182614e9f565b80614715575b506013820163ffffffff61456d81835416613dcc565b1663ffffffff1982541617905563ffffffff8451169061ffff81511691847ffbe8f76055a23afb176e40da16f45fa9a6a5cead820615f8b361158c88ffc83f60406012870195865460801c82519182526020820152a351601683019064ffffffffff6080870151169161ffff604088015116935460801c92604051906145f282613450565b8152602081019164ffffffffff421683526040820195865261ffff6060830194168452608082019485528054600160401b811015610f425761463991600182018155613bd1565b959095610f2f579051855492516001600160501b031990931664ffffffffff919091161760289290921b64ffffffffff60281b16919091178455516146829061ffff1684613618565b5182549151600160601b600160f01b031990921660609190911b61ffff60601b161760709190911b600160701b600160f01b0316179055601081015460d81c60ff1680156146ee575b156146da57613d07925061542f565b90610efd63ffffffff613d07945116613dcc565b506146ff63ffffffff845116613dcc565b63ffffffff600683015460e01c911610156146cb565b845160098401546001600160a01b03169160609163ffffffff1683614765575b5061474c9250815115614752575b508285856159af565b5f614557565b61475f9150835190615e82565b5f614743565b9091624d90c55a106147c45761474c936147bd926147b792604051916346e43d0d60e01b60208401528a6024840152604483015260648201526147af81612d7d608482018a613244565b865191615d4e565b82615de3565b905f614735565b5a63fe336aa760e01b5f52624d90c560045260245260445ffd5b6040516147fc6020820192468452306040840152606083019061329a565b6103a0815261480d6103c0826134db565b51902090565b9190918115613ba757600701546040516370a0823160e01b81523060048201526001600160a01b039091169290602081602481875afa90811561493f575f9161497c575b506040516323b872dd60e01b5f9081526001600160a01b039093166004523060245260448490529160209060648180885af160015f511481161561495d575b826040525f6060521561494a576370a0823160e01b8252306004830152602082602481875afa91821561493f575f9261490b575b5080821115614902576148dc91613dbf565b915b8183106148ea57505050565b63387de0c960e21b5f5260045260245260445260645ffd5b50505f916148de565b9091506020813d602011614937575b81614927602093836134db565b810103126101c95751905f6148ca565b3d915061491a565b6040513d5f823e3d90fd5b83635274afe760e01b5f5260045260245ffd5b600181151661497357843b15153d151616614896565b823d5f823e3d90fd5b90506020813d6020116149a6575b81614997602093836134db565b810103126101c957515f614857565b3d915061498a565b916040519160208301934685523060408501526060840152608083015260018060a01b031660a082015260a0815261480d60c0826134db565b60ff601082015460d01c161591826149fe57505090565b63ffffffff80929350600a915460801c1692015460201c161190565b6001600160a01b0383165f90815260178201602081905260409091208054601484018054959695909492935f1982019260801c63ffffffff16918311610c1857828203614af0575b5050508254918215614adc57614aac9385935f190190614a828282613bd1565b81546001600160a01b0360039290921b9190911b1916905555805461ffff60c01b191690556154b0565b6001600160a01b0316907fe26956e6c2eea2293ba279200c0637028f1dcc7ab49a6643dc74d9da3fc94b775f80a3565b634e487b7160e01b5f52603160045260245ffd5b614afd614b579387613bd1565b905460039190911b1c6001600160a01b0316614b4181614b1d858a613bd1565b9080546001600160a01b0360039390931b83811b199091169290931690921b179055565b60018060a01b03165f5260205260405f2061390b565b5f8080614a62565b6001600160801b039182169082160391908211610c1857565b6001600160a01b0383165f9081526017820160208190526040909120546001600160801b03169493908515614cb0576001600160a01b0382165f9081526020919091526040902080546001600160801b03191690556012820180546001600160801b0390614beb90888316908316614b5f565b82546001600160801b03191691161790556040518581526001600160a01b03919091169283917f0508a8b4117d9a7b3d8f5895f6413e61b4f9a2df35afbfb41e78d0ecfff1843f90602090a3600760018060a01b0391015416906040519063a9059cbb60e01b5f526004528360245260205f60448180865af19060015f5114821615614c8f575b60405215614c7d5750565b635274afe760e01b5f5260045260245ffd5b906001811516614ca757823b15153d15161690614c72565b503d5f823e3d90fd5b505f9450505050565b80549190600160401b831015610f425782614b1d916001613d0795018155613bd1565b6001600160a01b0383165f9081526017820160205260409020805460ff60c81b1916600160c81b179055909190614d17908290601501614cb9565b6001600160a01b0316907f1d1cafad82295895163fff366148ce27bb5c1fa91ce87af3f5cd2b09c327fcbb5f80a3565b614d52338483614f99565b939015614d925750335f908152601791909101602052604090205460d01c60ff1615614d7c575090565b63158643cf60e21b5f526004523360245260445ffd5b63ffffffff9150511690631aec6aa760e21b5f526004526024523360445260645ffd5b9190811015613b205760051b81013590601e19813603018212156101c95701803591906001600160401b0383116101c95760200182360381136101c9579190565b7f01010101010101010101010101010101010101010101010101010101010101017f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f7f55555555555555555555555555555555555555555555555555555555555555558360011c1683037f3333333333333333333333333333333333333333333333333333333333333333808260021c169116018060041c01160260f81c905f191460081b1790565b61430e906012614ebe600483015460801c600684015460e01c906158d2565b91015460801c90613dbf565b90614ed482613eac565b9160ff601084015460d01c16614ee75750565b630c71765d60e11b5f5260045260245ffd5b80516020909101516001600160e01b0319811692919060048210614f1b575050565b6001600160e01b031960049290920360031b82901b16169150565b91909160205f845182860182855af1925f519315614f935760203d10614f5a575050565b614f6390614ef9565b639b014b6360e01b5f9081526001600160a01b039092166004526001600160e01b0319166024523d604452606490fd5b90615c2e565b601791939260018060a01b03165f520160205260405f20549160ff8360c01c161580156150b7575b80156150a4575b61509c5763ffffffff60208201511691604082019161ffff83511684115f1461508957610160015190614ffa84615ec1565b926001841b955f198701968711610c185760801c63ffffffff169460015b15615063575b5f9587811690861c6004805b6150385750861b1795615018565b90915f198201828111610c1857615051848c928a61533a565b1618908015610c18575f19018061502a565b8086101561501e57509392509350505b61ffff819251161191821561508457565b5f9150565b509263ffffffff91925060801c16615073565b505f91508190565b5064ffffffffff60a08201511615614fc8565b5063ffffffff60208201511663ffffffff8460801c161015614fc1565b909163ffffffff6020840151169261ffff60408201511684115f1461518c5761016001519361510284615ec1565b926001841b925f198401938411610c18579460015b1561515b575b5f9584811690861c88885b876004821061513d57505050861b1795615117565b61514f8583600195979694969761533a565b16189291018990615128565b8086101561511d57509250935050601461517792915b01613bd1565b905460039190911b1c6001600160a01b031690565b50615177925060149091615171565b9290601784019060018060a01b03165f528060205260405f20805460ff8160d01c16156153005760ff60d01b1916905560048401549361520760018060801b038616956151f3601184016141cf89825460801c614b5f565b60011c60016001607f1b0316958690613dbf565b9385806152ef575b505083151580615293575b615222575050565b60129060018060801b0385169261dead5f5260205260405f2060018060801b036152558560018060801b038454166140f8565b82546001600160801b031916911617905501805490916001600160801b0391615280919083166140f8565b82546001600160801b0319169116179055565b50600781015460405163a9059cbb60e01b5f90815261dead600452602487905290916001600160a01b03169060209060448180855af19060015f51148216156152e2575b50906040521561521a565b3b15153d1516165f6152d7565b6152f99183615c88565b5f8561520f565b505f94508493505050565b808210156153335761531d8282613dbf565b83101561532957505090565b61430e9250613dbf565b5050505f90565b916040519160208301938452604083015260608201526060815261480d6080826134db565b61536c9061301981613f02565b5090565b92919091600982101561044c57811561541b57506001811461540057600581109081156153f5575b506153ee5764ffffffffff6101406153b0838561585d565b930151168281116153e6575b506080810151916001600160ff1b0383168303610c185761439060a09161430e9460011b90613bc4565b91505f6153bc565b50505f1990565b60089150145f615398565b5060a064ffffffffff608061430e9401511691015190613bc4565b825161430e945060a0925061439091613bc4565b60108101805460ff60d01b1916600160d01b1781556011820180546001600160801b031981169091555f516020615ef15f395f51905f52926040926001600160801b03929092169190829081615491575b5050508151905f82526020820152a2565b91546154a8926001600160a01b0390911690615c88565b5f8181615480565b6001600160a01b0382165f90815260178201602052604090208054929060d084901c60ff161561550f57613d079360ff60d01b1916905560018060801b036004830154169161550a601182016141cf85825460801c614b5f565b615c88565b50505050565b805463ffffffff60201b191660209290921b63ffffffff60201b16919091179055565b916155438284615cc2565b6012830180546001600160801b0316905563ffffffff615561613e3f565b9116928382526014810154908115159182615701575b50600a81019163ffffffff808551161663ffffffff1984541617835563ffffffff602085015116916155a98385615515565b61562e604086015194805461ffff60401b8760401b169061ffff60401b19161781556155dd61ffff60608901511682613618565b6155f264ffffffffff60808901511682613637565b61560764ffffffffff60a08901511682613be6565b61561c64ffffffffff60c08901511682613e1a565b64ffffffffff60e088015116906139b7565b610100850151600b820180546001600160401b0319166001600160401b039290921691821781556101208701519196600f926101c09261568b916156789063ffffffff1682613de4565b64ffffffffff6101408401511690613637565b610160810151600c850155610180810151600d8501556101a0810151600e85015501519101556156bd575b5050505050565b7fb9daec4b855c011be14de0b76e1b159ddf0c90288efa99f1106db6f9094537889261ffff6060936040519384521660208301526040820152a35f808080806156b6565b61ffff80600784015460a01c168083119263ffffffff81166020880152835f1461579b57505b16604085015264ffffffffff4216908160808601525f14615764575060014301804311610c18576001600160401b03166101008401525b5f615577565b60a08401525f194301438111610c18576001600160401b0381166101008501526157909040868661533a565b61016084015261575e565b9050615727565b93919290926040519360208501954687523060408701526060860152608085015260018060a01b031660a084015260c083015260e082015260e0815261480d610100826134db565b60c0810180519092919064ffffffffff161561580d5750505164ffffffffff1690565b61430e925064ffffffffff60a060209201511691015190613bc4565b60e0810180519092919064ffffffffff161561584c5750505164ffffffffff1690565b61430e9250614390826040926157ea565b9060608101918251156158965761430e9291604061439064ffffffffff60a061588e95015116602084015190613bc4565b905190613bc4565b61430e9250615829565b6020915f918382519201905afa5f51816158c6575b816158be575090565b600191501490565b60203d101591506158b5565b811561431b570490565b816158e691613bc4565b5f19810191908211610c185761430e916158d2565b91600981101561044c576001811461592d5760061461591d5761430e9161585d565b50610140015164ffffffffff1690565b50506080015164ffffffffff1690565b916001600160ff1b0382168203610c18578160011b81101561599c578260011c92828210615996579161598b615990926159858361597f8861430e9998613dbf565b92613dbf565b90613e07565b6158d2565b90613bc4565b50505090565b505090565b5f198114610c185760010190565b92919063ffffffff600a85015416915f5f60178701915b8351821015615ab2576159d98288613b0c565b5115615aa957600190615a55906001600160801b036159f8858b613b0c565b5116838060a01b03615a0a8689613b0c565b5116848060a01b03165f528560205260405f2090615a36858060801b0391868060801b038454166140f8565b16848060801b0319825416179055615a4e848a613b0c565b5190613bc4565b918787877f4885c049c0415d0c9ad7bb808cd81c0563544eab04c95ed5c54dde1fafa8870a6020615a99868b615a91828b8060a01b0392613b0c565b511696613b0c565b51604051908152a45b01906159c6565b90600190615aa2565b955050505050508015615b22576011820180546001600160801b0392831693601293909291615ae49086908316614b5f565b1660018060801b03198254161790550190615b0c615b0682845460801c6140f8565b836138e8565b81546001600160801b03916152809183166140f8565b5050565b905f90815b60058310615b585750505060f01c80615b415750565b63051f797360e21b5f52600560045260245260445ffd5b82603002603081048403610c185784901c65ffffffffffff811690841592831580615c09575b615be55763ffffffff8260101c16935f14615bd4575082155b15908115615bc7575b50615bb15750600190920191615b2b565b8363051f797360e21b5f5260045260245260445ffd5b61ffff915016155f615ba0565b83118015615b975750838310615b97565b50945050505081615bf4575050565b63051f797360e21b5f5260045260245260445ffd5b508215615b7e565b6001600160a01b03811615159081615c27575090565b90503b1590565b3d918215615c5357826104008111615c4a575b604051815f823efd5b50610400615c41565b615c5c90614ef9565b6334c0810160e21b5f9081526001600160a01b039092166004526001600160e01b031916602452604490fd5b6001600160a01b039091165f908152601782016020526040902080546001600160801b0393841693601293929161525590869083166140f8565b601381019163ffffffff835460201c16916015810191825493848114615d465760108101808211610c1857808611615d3e575b505b848110615d1357505050509063ffffffff613d07921690615515565b80615d38615d2360019387613bd1565b848060a01b0391549060031b1c168486614a1a565b01615cf7565b94505f615cf5565b505050505050565b6040915f9194939460208251920190624c4b40fa825f51916020519015928315615dd7575b508215615dcc575b50508015615da4575b615d9e57615d9182613ada565b9160051b6040602084013e565b60609150565b503d6001600160fb1b0383168303610c18578260051b6040019081604011610c185710615d84565b14159050825f615d7b565b6020141592505f615d73565b906060925f935f945b8351861015615e2d576001600160801b03615e078786613b0c565b5111615e2557615e1d600191615a4e8887613b0c565b950194615dec565b509350915050565b9294509290928215615e7c5750615e448451613ada565b935f5b815181101561550f5780615e6b8561598b615e6460019587613b0c565b5187613e07565b615e758289613b0c565b5201615e47565b93505050565b9190615e8d81613ada565b928115615b225781615e9e916158d2565b5f5b828110615eac57505050565b8082615eba60019388613b0c565b5201615ea0565b9060015b6001600160ff1b0381168103610c185782600182811b1b1015613a4c57615eeb906159a1565b615ec556fe1918519dc8346b4b27fd8a78c471210de0fab02c341d0b79afc9d29316c258999b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00' as const
