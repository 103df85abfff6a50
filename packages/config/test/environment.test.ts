import { describe, expect, it } from 'vitest'
import { environmentOverrides } from '../src/environment.ts'
import { refusal } from './support.ts'

const backendsOf = (text: string): unknown =>
  environmentOverrides({ BLOCKPOOL_BACKENDS: text }).values.backends

describe('environmentOverrides', () => {
  it('reads backends with their ids, divided by commas or spaces', () => {
    const expected = { hot: 'sqlite:./hot.db?priority=200', cold: 'fs:./cold' }
    expect(backendsOf('hot=sqlite:./hot.db?priority=200,cold=fs:./cold')).toEqual(expected)
    expect(backendsOf(' hot=sqlite:./hot.db?priority=200 , \n cold=fs:./cold ')).toEqual(expected)
  })

  it('takes the type as the id where none is given', () => {
    expect(backendsOf('fs:./blocks')).toEqual({ fs: 'fs:./blocks' })
    expect(backendsOf('s3://bucket?region=eu')).toEqual({ s3: 's3://bucket?region=eu' })
  })

  it('leaves a percent-encoded comma in its URL', () => {
    expect(backendsOf('a=fs:./x%2Cy')).toEqual({ a: 'fs:./x%2Cy' })
  })

  it('reads the strategy and the copies, and says which variable they come from', () => {
    const { values, sources } = environmentOverrides({
      BLOCKPOOL_STRATEGY: 'round-robin',
      BLOCKPOOL_COPIES: '2',
    })
    expect(values).toEqual({ strategy: 'round-robin', copies: 2 })
    expect(sources).toEqual({ strategy: 'BLOCKPOOL_STRATEGY', copies: 'BLOCKPOOL_COPIES' })
  })

  it('takes an empty variable for none', () => {
    expect(environmentOverrides({ BLOCKPOOL_BACKENDS: '', BLOCKPOOL_COPIES: ' ' }).values).toEqual({})
  })

  it('refuses what is no URL, naming the variable and not the text', async () => {
    const message = await refusal(() => backendsOf('hot=hunter2'))
    expect(message).toContain('BLOCKPOOL_BACKENDS')
    expect(message).not.toContain('hunter2')
  })

  it('refuses two backends of one id', async () => {
    expect(await refusal(() => backendsOf('fs:./a,fs:./b'))).toContain('fs')
  })
})
