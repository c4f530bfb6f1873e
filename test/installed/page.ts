/** What a page imports of the packages: arithmetic, chain, and learning without Node. */
import { connect } from '@tutti/chain'
import { shardCount } from '@tutti/core'
import { parseManifest } from '@tutti/learn'

Object.assign(globalThis, { tutti: { connect, parseManifest, shardCount } })
