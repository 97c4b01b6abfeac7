import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dialectOf, dropTables } from './frozen/table.ts'

/** What was sent to customers, their birthdays, and what they answered in surveys. */
export class ContactsProfilesSurveys1700000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'contact',
      columns: [
        id(),
        text('source_key', 190),
        text('external_userid'),
        nullable(text('userid')),
        text('kind', 12),
        instant('at'),
      ],
      unique: [['source_key']],
      indices: [['external_userid', 'at']],
    })
    await fillContacts(runner)
    await createTable(runner, {
      name: 'customer_profile',
      columns: [
        primary(text('external_userid')),
        nullable(integer('birth_year')),
        integer('birth_month'),
        integer('birth_day'),
        // Which day of a leap year, 1–366.
        integer('birth_ordinal'),
        text('told_by', 12),
        nullable(text('userid')),
        instant('told_at'),
      ],
      indices: [['birth_ordinal']],
    })
    await createTable(runner, {
      name: 'profile_waiting',
      columns: [
        id(),
        // Of the names that were given, so that the same person waits once.
        text('person_key', 64),
        nullable(text('given_external_userid')),
        nullable(text('given_unionid')),
        nullable(text('phone_hash', 64)),
        text('birthday', 10),
        instant('told_at'),
      ],
      unique: [['person_key']],
      indices: [['given_external_userid'], ['given_unionid'], ['phone_hash']],
    })
    await createTable(runner, {
      name: 'survey_response',
      columns: [
        id(),
        text('response_id', 100),
        text('survey_id', 60),
        nullable(text('external_userid')),
        nullable(text('given_external_userid')),
        nullable(text('given_unionid')),
        nullable(text('phone_hash', 64)),
        instant('answered_at'),
        instant('received_at'),
        withDefault(flag('announced'), 0),
      ],
      unique: [['response_id']],
      indices: [
        ['external_userid', 'survey_id'],
        ['survey_id', 'external_userid'],
        ['given_external_userid'],
        ['given_unionid'],
        ['phone_hash'],
      ],
    })
    await createTable(runner, {
      name: 'survey_answer',
      columns: [
        id(),
        integer('survey_response_id'),
        integer('line_no'),
        text('question', 200),
        longText('answer'),
        nullable(text('answer_path', 190)),
      ],
      unique: [['survey_response_id', 'line_no']],
      indices: [['answer_path', 'survey_response_id']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['survey_answer', 'survey_response', 'profile_waiting', 'customer_profile', 'contact'])
  }
}

/** What was sent before anybody wrote contacts down, under the keys that are used from now on. */
async function fillContacts(runner: QueryRunner): Promise<void> {
  const key = (...parts: string[]): string =>
    dialectOf(runner) === 'mysql' ? `CONCAT(${parts.join(', ')})` : parts.join(' || ')
  const fill = (select: string): Promise<unknown> =>
    runner.query(`INSERT INTO contact (source_key, external_userid, userid, kind, at) ${select}`)
  await fill(
    `SELECT ${key("'welcome:'", 'userid', "':'", 'external_userid', "':'", 'added_at')}, external_userid, userid, 'welcome', sent_at
     FROM welcome WHERE state = 'sent' AND sent_at IS NOT NULL`,
  )
  await fill(
    `SELECT ${key("'send:'", 'run_id', "':'", 'external_userid')}, external_userid, userid, 'send', outcome_at
     FROM send_recipient WHERE outcome = 'sent' AND outcome_at IS NOT NULL AND note_due = 0`,
  )
  await fill(
    `SELECT ${key("'script:'", 'use_key')}, external_userid, userid, 'script', sent_at FROM script_use WHERE task_id IS NULL`,
  )
  await fill(
    `SELECT ${key("'task:'", 'task_id')}, MIN(external_userid), MIN(userid), 'task', MIN(sent_at)
     FROM script_use WHERE task_id IS NOT NULL GROUP BY task_id`,
  )
}
