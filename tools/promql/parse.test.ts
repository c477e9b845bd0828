// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana writes its variables like that.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Expression } from './expression.ts'
import { parseQuery } from './parse.ts'
import { walk } from './walk.ts'

/** Writes an expression with all its parentheses. */
function show(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'text':
      return JSON.stringify(expression.word.text)
    case 'variable':
      return `<${expression.name}>`
    case 'unary':
      return `(${expression.operator}${show(expression.expression)})`
    case 'binary': {
      const { matching } = expression
      const on = matching === undefined ? '' : ` ${matching.kind}(${words(matching.labels)})`
      const group = matching?.group === undefined ? '' : ` ${matching.group}(${words(matching.include)})`
      const bool = expression.isBool ? ' bool' : ''
      return `(${show(expression.left)} ${expression.operator.text}${bool}${on}${group} ${show(expression.right)})`
    }
    case 'call':
      return `${expression.function.text}(${expression.arguments.map(show).join(', ')})`
    case 'aggregation': {
      const { grouping, parameter } = expression
      const by = grouping === undefined ? '' : ` ${grouping.kind}(${words(grouping.labels)}) `
      return `${expression.operator.text}${by}(${parameter === undefined ? '' : `${show(parameter)}, `}${show(expression.expression)})`
    }
    case 'subquery':
      return `${show(expression.expression)}[${expression.range.ms}:${expression.step === undefined ? '' : expression.step.ms}]${after(expression)}`
    case 'selector': {
      const matchers = expression.matchers.map(
        ({ label, operator, value }) =>
          `${label.text}${operator}${value.isVariable ? `<${value.text}>` : value.text}`,
      )
      const range =
        expression.range === undefined ? '' : `[${expression.range.ms ?? expression.range.variables.join()}]`
      return `${expression.name?.text ?? ''}{${matchers.join()}}${expression.hasUnknownMatchers ? '?' : ''}${range}${after(expression)}`
    }
  }
}

function after({ offset, isPinned }: Extract<Expression, { kind: 'selector' | 'subquery' }>): string {
  return `${offset === undefined ? '' : ` offset ${offset.ms ?? offset.variables.join()}`}${isPinned ? ' @' : ''}`
}

function words(list: readonly { readonly text: string }[]): string {
  return list.map(({ text }) => text).join()
}

describe('parseQuery', () => {
  const read = [
    { text: 'up', tree: 'up{}' },
    { text: '{"my.metric", "a.b"=~"c"}', tree: 'my.metric{a.b=~c}' },
    { text: '{__name__="x", y!~"z"}', tree: 'x{y!~z}' },
    { text: '{__name__=~"x.*"}', tree: '{__name__=~x.*}' },
    { text: 'rate(x{a="b",}[1h30m] offset -5m)', tree: 'rate(x{a=b}[5400000] offset -300000)' },
    { text: 'x @ start() offset 1m', tree: 'x{} offset 60000 @' },
    { text: 'x @ 1609746000', tree: 'x{} @' },
    { text: 'a - a offset 5m * 2', tree: '(a{} - (a{} offset 300000 * 2))' },
    { text: 'a * b offset 5m + c', tree: '((a{} * b{} offset 300000) + c{})' },
    { text: '(a + b) * c', tree: '((a{} + b{}) * c{})' },
    { text: '-x ^ 2', tree: '(-(x{} ^ 2))' },
    { text: 'a or b and c', tree: '(a{} or (b{} and c{}))' },
    { text: 'max_over_time(rate(x[1m])[1h:5m])', tree: 'max_over_time(rate(x{}[60000])[3600000:300000])' },
    { text: 'x > bool on (a) group_left (b) y', tree: '(x{} > bool on(a) left(b) y{})' },
    { text: 'SUM BY (a) (x)', tree: 'sum by(a) (x{})' },
    { text: 'sum(x) without (a, "b.c")', tree: 'sum without(a,b.c) (x{})' },
    { text: 'topk(5, x) # the worst', tree: 'topk(5, x{})' },
    { text: 'count_values("version", x)', tree: 'count_values("version", x{})' },
    { text: 'label_replace(x, "a", "$1", "b", "(.*)")', tree: 'label_replace(x{}, "a", "$1", "b", "(.*)")' },
    { text: 'x{a="\\\\d\\n\\u00e9"}', tree: 'x{a=\\d\né}' },
    { text: "x{a='it`s', b=`\\d`}", tree: 'x{a=it`s,b=\\d}' },
    { text: 'histogram_quantiles(x, "q", 0.5, 0.9)', tree: 'histogram_quantiles(x{}, "q", 0.5, 0.9)' },
    {
      text: 'histogram_fraction(0, 0.2, rate(x[5m]))',
      tree: 'histogram_fraction(0, 0.2, rate(x{}[300000]))',
    },
    {
      text: 'x > 1e3 and y < 0x1F or z == Inf',
      tree: '(((x{} > 1000) and (y{} < 31)) or (z{} == Infinity))',
    },
    { text: 'time() - 5m', tree: '(time() - 300)' },
    { text: 'x[5m * 2]', tree: 'x{}[600000]' },
    { text: 'rate(x[5m] anchored)', tree: 'rate(x{}[300000])' },
    { text: 'a / fill(0) b', tree: '(a{} / b{})' },
    // Grafana variables, wherever they are used.
    { text: 'rate(x{job=~"$job"}[$__rate_interval])', tree: 'rate(x{job=~<$job>}[__rate_interval])' },
    { text: 'rate(x{job=~"a-${job:regex}"}[${w}m])', tree: 'rate(x{job=~<a-${job:regex}>}[w])' },
    { text: 'x[[[w]]]', tree: 'x{}[w]' },
    { text: 'x{a="[[v]]", b=$c, $d="e"}', tree: 'x{a=<[[v]]>,b=<$c>,$d=e}' },
    { text: 'x{$filter}', tree: 'x{}?' },
    { text: 'x{a="b", $filter}', tree: 'x{a=b}?' },
    { text: 'x{a="b"${filter:raw}}', tree: 'x{a=b}?' },
    { text: 'rate(${ns}_${name}_total[5m])', tree: 'rate(${ns}_${name}_total{}[300000])' },
    { text: '$m{a="b"}', tree: '$m{a=b}' },
    { text: 'rate($m[5m])', tree: 'rate($m{}?[300000])' },
    { text: 'sum by ($l) (x)', tree: 'sum by($l) (x{})' },
    { text: 'topk($k, x) > $t', tree: '(topk(<k>, x{}) > <t>)' },
    { text: 'histogram_quantile($q, x)', tree: 'histogram_quantile(<q>, x{})' },
    { text: '${agg}(x) / $__range_s', tree: '(${agg}(x{}) / <__range_s>)' },
    { text: '$agg by (a) (x)', tree: '$agg by(a) (x{})' },
    { text: '${f}_over_time(x[5m])', tree: '${f}_over_time(x{}[300000])' },
    { text: 'x $op $y', tree: '(x{} $op <y>)' },
    { text: 'x offset $shift', tree: 'x{} offset shift' },
    { text: 'max_over_time(x[$__range:$__interval])', tree: 'max_over_time(x{}[undefined:undefined])' },
  ]
  for (const { text, tree } of read) {
    it(`reads ${text}`, () => {
      const { query, problem } = parseQuery(text, { variables: 'grafana' })
      assert.equal(problem, undefined)
      assert.equal(show(query?.expression as Expression), tree)
    })
  }

  const refused = [
    { text: '', at: 0, reason: /empty/ },
    { text: 'sum(rate(x[5m])', at: 3, reason: /nothing closes this \(/ },
    { text: 'sum(x))', at: 6, reason: /nothing opens/ },
    { text: 'x{a="b"', at: 1, reason: /nothing closes this {/ },
    { text: 'x{a="b}', at: 4, reason: /closing quote/ },
    { text: 'x{a=b}', at: 4, reason: /"b"/ },
    { text: 'x{a="\\d"}', at: 4, reason: /escape/ },
    { text: 'x{a=~"("}', at: 5, reason: /regular expression/ },
    { text: 'x{a=~"(?!b).*"}', at: 5, reason: /regular expression/ },
    { text: '1 + rat(x[5m])', at: 4, reason: /no function rat/, mend: /rate/ },
    { text: 'holt_winters(x[5m], 1, 2)', at: 0, reason: /no function/, mend: /double_exponential_smoothing/ },
    { text: 'rate(x)', at: 5, reason: /range/ },
    { text: 'sum(x[5m])', at: 4, reason: /range/ },
    { text: 'sum(rate(x[5m]) > 1) by', at: 23, reason: /ends too early/ },
    { text: 'sum(rate(x[5m])) offset 5m', at: 16, reason: /offset/ },
    { text: 'sum(x)[5m]', at: 6, reason: /range/ },
    { text: 'histogram_quantile(0.9)', at: 0, reason: /2 arguments and has 1/ },
    { text: 'topk(x)', at: 5, reason: /two arguments/ },
    { text: 'x and 1', at: 2, reason: /and/ },
    { text: '1 > 2', at: 2, reason: /two numbers/ },
    { text: 'x + bool y', at: 2, reason: /bool/ },
    { text: '{a=""}', at: 0, reason: /every series/ },
    { text: 'x{__name__="y"}', at: 2, reason: /twice/ },
    { text: 'x && y', at: 2, reason: /&&/, mend: /and/ },
    { text: 'rate(x[]) ', at: 7, reason: /"\]\)"/, mend: /duration/ },
    { text: `${'('.repeat(2000)}x${')'.repeat(2000)}`, at: 501, reason: /deep/ },
    { text: 'x'.repeat(200_000), at: 100_000, reason: /longer/ },
  ]
  for (const { text, at, reason, mend } of refused) {
    it(`refuses ${text.slice(0, 40)}`, () => {
      const { problem } = parseQuery(text, { variables: 'grafana' })
      assert.match(problem?.reason ?? 'no problem', reason)
      assert.equal(problem?.at, at)
      assert.match(problem?.mend ?? '', mend ?? /./)
      assert.equal(problem?.isCertain, true)
    })
  }

  it('takes variables for mistakes where nobody fills them in', () => {
    const { problem } = parseQuery('rate(x[$__rate_interval])', { variables: 'none' })
    assert.match(problem?.mend ?? '', /duration/)
    assert.equal(parseQuery('x{a=~"b$"} # $c', { variables: 'none' }).problem, undefined)
  })

  it('is not certain of a problem where a variable may become anything', () => {
    assert.equal(parseQuery('x $a $b y', { variables: 'grafana' }).problem?.isCertain, false)
  })

  it('tells the place of every name in the text as it was written', () => {
    const text = 'sum by (path) (rate(${ns}_x{job="$job", path="/a"}[${w:text}] offset 1h)) / $n # $end'
    const { query } = parseQuery(text, { variables: 'grafana' })
    const [selector] = query?.selectors ?? []
    assert.equal(
      text.slice(selector?.from, selector?.to),
      '${ns}_x{job="$job", path="/a"}[${w:text}] offset 1h',
    )
    assert.deepEqual(
      query?.variables.map(({ from, to }) => text.slice(from, to)),
      ['${ns}', '$job', '${w:text}', '$n'],
    )
    const [, matcher] = selector?.matchers ?? []
    assert.equal(text.slice(matcher?.value.from, matcher?.value.to), '"/a"')
  })

  it('never throws, and points into the text, whatever the text is', () => {
    let seed = 42
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    const pieces =
      '( ) [ ] { } , = =~ != "a" \' ` $x ${y:z} [[w]] x sum rate by on group_left offset @ 5m 1 - + : # \n bool and {{ }} \\ é 😀'.split(
        ' ',
      )
    const seeds = read.map(({ text }) => text)
    for (let round = 0; round < 5000; round++) {
      const text = seeds[random(seeds.length)] ?? ''
      const at = random(text.length)
      const bent = text.slice(0, at) + (pieces[random(pieces.length)] ?? '') + text.slice(at + random(3))
      const { query, problem } = parseQuery(bent, { variables: round % 3 === 0 ? 'none' : 'grafana' })
      if (problem !== undefined) assert.ok(problem.at >= 0 && problem.at <= bent.length, bent)
      else
        walk(query.expression, ({ from, to }) =>
          assert.ok(from >= 0 && from <= to && to <= bent.length, bent),
        )
    }
  })
})
