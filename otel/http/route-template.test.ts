import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { joinTemplates, routeTemplate } from './route-template.ts'

describe('routeTemplate', () => {
  const cases: readonly (readonly [path: string | RegExp, template: string])[] = [
    ['/', '/'],
    ['/repos', '/repos'],
    ['/repos/:did', '/repos/{did}'],
    ['/records/:did/:collection/:rkey', '/records/{did}/{collection}/{rkey}'],
    ['/flights/:from-:to', '/flights/{from}-{to}'],
    ['/files/*path', '/files/{*path}'],
    ['/docs{/:lang}/index', '/docs[/{lang}]/index'],
    ['/a{.:ext}', '/a[.{ext}]'],
    ['/:"two words"/x', '/{two words}/x'],
    ['/:"say \\"hi\\""', '/{say "hi"}'],
    ['/*"all of it"', '/{*all of it}'],
    ['/time/12\\:30/:größe', '/time/12:30/{größe}'],
    [/^\/commits\/(\w+)$/, '/^\\/commits\\/(\\w+)$/'],
  ]
  for (const [path, template] of cases) {
    it(`writes ${path} as ${template}`, () => {
      assert.equal(routeTemplate(path), template)
      assert.equal(routeTemplate(path), template)
    })
  }
})

describe('joinTemplates', () => {
  const cases = [
    { mount: '', route: '/', joined: '/' },
    { mount: '', route: '/a', joined: '/a' },
    { mount: '/api', route: '/', joined: '/api' },
    { mount: '/api/{v}', route: '/a/{b}', joined: '/api/{v}/a/{b}' },
  ]
  for (const { mount, route, joined } of cases) {
    it(`puts ${route} below ${mount || 'nothing'}`, () => assert.equal(joinTemplates(mount, route), joined))
  }
})
