/** What questions to a model start from: the connection, the federation, and whose contracts it uses. */
import type { ChainClient, Creation, Module } from '@tutti/chain'
import type { Manifest } from '@tutti/learn'

/** The model that is asked. */
export interface AskedModel {
  client: ChainClient
  creation: Creation
  manifest: Manifest
  /** The federation's contracts: whether they are Tutti's. */
  modules: readonly Module[]
}
