import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { create, inspect } from '../src/schema.ts'

describe('schema', () => {
  it('is made once when two processes find the database blank', () => {
    const db = new Database(':memory:')
    expect(inspect(db, 'test')).toBe('blank')
    create(db, 'test')
    const id = db.prepare('SELECT id FROM store').pluck().get()
    create(db, 'test')
    expect(inspect(db, 'test')).toBe('ours')
    expect(db.prepare('SELECT id FROM store').pluck().all()).toEqual([id])
    db.close()
  })

  it('is taken back whole when making it fails', () => {
    const db = new Database(':memory:')
    db.exec('CREATE TABLE store (other)')
    expect(() => create(db, 'test')).toThrow(expect.objectContaining({ code: 'ERR_STORE_INVALID' }))
    expect(db.inTransaction).toBe(false)
    expect(db.pragma('application_id', { simple: true })).toBe(0)
    db.close()
  })
})
