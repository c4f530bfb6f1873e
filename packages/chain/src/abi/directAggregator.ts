export const directAggregatorAbi = [
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
    "type": "uint256"
   },
   {
    "name": "shard",
    "type": "uint256"
   },
   {
    "name": "gain",
    "type": "uint256"
   },
   {
    "name": "contexts",
    "type": "bytes32[]"
   },
   {
    "name": "digests",
    "type": "bytes32[]"
   },
   {
    "name": "data",
    "type": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "modelHash",
    "type": "bytes32"
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
    "name": "class",
    "type": "uint256"
   },
   {
    "name": "outputs",
    "type": "int256[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "digest",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "context",
    "type": "bytes32"
   },
   {
    "name": "shard",
    "type": "uint256"
   },
   {
    "name": "payload",
    "type": "bytes"
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
  "outputs": [
   {
    "name": "complete",
    "type": "bool"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "isFault",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
   {
    "name": "context",
    "type": "bytes32"
   },
   {
    "name": "shard",
    "type": "uint256"
   },
   {
    "name": "digest_",
    "type": "bytes32"
   },
   {
    "name": "proof",
    "type": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool"
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
    "name": "words",
    "type": "bytes"
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
    "name": "outputs",
    "type": "int256[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "register",
  "inputs": [
   {
    "name": "id",
    "type": "bytes32"
   },
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
    "name": "setup",
    "type": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 }
] as const

export const directAggregatorBytecode = '0x' as const
