import { vi } from 'vitest'

/** A test that reaches for the real network is a wrong test. */
vi.stubGlobal('fetch', () => Promise.reject(new Error('no network in component tests')))
