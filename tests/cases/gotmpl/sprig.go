//go:build ignore

// Prints sprig.txt: templates and what Go's text/template makes of them with Sprig 3.3.0, as Helm 4.3.1 has it.
// Run with TZ=UTC in a module that requires github.com/Masterminds/sprig/v3 v3.3.0, semver/v3 v3.5.0 and the libraries
// of helm.sh/helm/v4 v4.3.1 in their versions there.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

var out = bufio.NewWriter(os.Stdout)

// what was recorded, and what is not: nil maps, which are empty maps to us, addresses, and copystructure's way with hidden fields
var seen = map[string]bool{
	"showmerge nil nil": true, "showmustMerge nil nil": true, "showmergeOverwrite nil nil": true, "showmustMergeOverwrite nil nil": true,
	"showunset nil \"a\"": true, "showdeepCopy (semver \"1.2.3\")": true, "showlist (semver \"1.2.3\")": true,
}

// one case: the kind of case, its text, then ok and the output, or err and the error's text after "error calling f: "
func record(kind, text, whole string) {
	if seen[kind+text] {
		return
	}
	seen[kind+text] = true
	var b strings.Builder
	t, err := template.New("t").Funcs(sprig.TxtFuncMap()).Parse(whole)
	if err == nil {
		err = t.Execute(&b, nil)
	}
	if err != nil {
		words := err.Error()
		if at := strings.Index(words, ">: error calling "); at >= 0 {
			words = words[at+len(">: error calling "):]
		}
		fmt.Fprintf(out, "%s\t%s\terr\t%s\n", kind, strconv.Quote(text), strconv.Quote(words))
		return
	}
	fmt.Fprintf(out, "%s\t%s\tok\t%s\n", kind, strconv.Quote(text), strconv.Quote(b.String()))
}

// run records a whole template
func run(text string) { record("run", text, text) }

// show records type and content of an expression
func show(expression string) {
	record("show", expression, "{{ $x := "+expression+" }}{{ typeOf $x }} {{ printf \"%#v\" $x }}")
}

func q(s string) string { return strconv.Quote(s) }

// every calls show for each combination of the choices, in order
func every(format string, choices ...[]string) {
	args := make([]any, len(choices))
	var next func(int)
	next = func(at int) {
		if at == len(choices) {
			show(fmt.Sprintf(format, args...))
			return
		}
		for _, choice := range choices[at] {
			args[at] = choice
			next(at + 1)
		}
	}
	next(0)
}

func words(s ...string) []string {
	r := make([]string, len(s))
	for i := range s {
		r[i] = q(s[i])
	}
	return r
}

func main() {
	defer out.Flush()
	texts := words("", "a", "hello world", "  padded\t\n", "FirstName", "HTTPServer2xx", "some_words-here there", "_lead__ing_", "GO_PATH", "Bld4Floor3rd", "http2xx", "Duration2m3s", "ǆ ß İ ᾳ éÉ", "蓝鲸 部署", "a\xffb c\xe8", "\u0085x y", "A1B2", "x.y/z!Q", "___", "-", "12ab34", "ABC", "a-", "Ünïcödé Wörd", "9Lives", "no", "Über蓝Über", "ab\ncd\n")
	for _, f := range []string{"trim", "upper", "lower", "title", "untitle", "swapcase", "camelcase", "snakecase", "kebabcase", "initials", "nospace", "quote", "squote", "toString", "b64enc", "b32enc", "sha1sum", "sha256sum", "sha512sum", "adler32sum", "regexQuoteMeta", "base", "dir", "clean", "ext", "isAbs", "osBase", "osDir", "osClean", "osExt", "osIsAbs", "atoi"} {
		every(f+" %s", texts)
	}
	short := words("", "hello world", "蓝鲸", "a,b,,c", "aaa", "\xff\xfe,x")
	pieces := words("", "a", ",", "l", "鲸", "world", "hello world", "\xff", "aa", "$ a")
	for _, f := range []string{"trimAll", "trimall", "trimPrefix", "trimSuffix", "contains", "hasPrefix", "hasSuffix", "split", "splitList"} {
		every(f+" %s %s", pieces, short)
	}
	every("replace %s %s %s", pieces, words("", "X", "aa"), short)
	ints := []string{"0", "1", "2", "3", "5", "-1", "-3", "100", "-100", "9223372036854775807", "-9223372036854775808"}
	for _, f := range []string{"trunc"} {
		every(f+" %s %s", ints, short)
	}
	every("substr %s %s %s", ints, ints, words("", "hello", "蓝鲸"))
	every("splitn %s %s %s", words("", ",", "x"), []string{"-1", "0", "1", "2", "3", "9"}, short)
	every("repeat %s %s", []string{"-1", "0", "1", "3"}, short)
	every("abbrev %s %s", []string{"-1", "3", "4", "5", "7", "10", "11", "12"}, words("", "hello world", "蓝鲸 部署 平台", "abcd"))
	every("abbrevboth %s %s %s", []string{"-5", "0", "1", "4", "5", "6", "20", "100"}, []string{"3", "4", "6", "7", "8", "10", "100"}, words("", "1234 5678 9123", "蓝鲸部署平台", "abcdefgh"))
	every("wrap %s %s", []string{"-1", "0", "1", "3", "5", "100"}, words("", "hello big world", "averylongword and more", "  lead  double  ", "蓝鲸 部署 平台", "a\nb c d"))
	every("wrapWith %s %s %s", []string{"0", "1", "3", "5", "100"}, words("", "\t", "--"), words("", "hello big world", "averylongword and more", "蓝鲸 部署"))
	every("indent %s %s", []string{"-1", "0", "2"}, texts)
	every("nindent %s %s", []string{"-1", "0", "2"}, words("", "a", "a\nb\n"))
	every("plural \"one\" \"many\" %s", ints)

	values := []string{"nil", "true", "false", "0", "1", "-7", "1.5", "0.0", "1e+30", "\"\"", "\"0\"", "\"12\"", "\"12.0\"", "\"0x1F\"", "\"0b11\"", "\"0o17\"", "\"017\"", "\"08\"", "\"1_000\"", "\"-5\"", "\"+5\"", "\"1.5\"", "\"1e3\"", "\" 1\"", "\"abc\"", "\"inf\"", "\"NaN\"", "\"99999999999999999999\"", "\"-99999999999999999999\"", "\"10.00\"", "\".0\"", "\"1.\"", "'x'", "(int64 5)", "(list)", "(list 1 \"a\" nil)", "(dict)", "(dict \"a\" 1)", "(float64 \"9223372036854775808\")", "(float64 \"-9223372036854775808\")", "(until 3)", "(splitList \",\" \"b,a\")", "(split \",\" \"b,a\")", "(b64dec \"/w==\")", "(semver \"1.2.3\")", "(index (splitList \",\" \"\") 0)", "(regexFindAll \"a\" \"b\" 1)", "(chunk 1 (list 1 2))", "(float64 \"NaN\")", "(float64 \"-inf\")"}
	for _, f := range []string{"int", "int64", "float64", "toDecimal", "add1", "add", "ceil", "floor", "max", "min", "maxf", "minf", "mul", "empty", "default \"d\"", "coalesce", "all", "any", "typeOf", "kindOf", "toString", "toStrings", "quote", "squote", "cat", "join \"-\"", "sortAlpha", "first", "last", "rest", "initial", "reverse", "uniq", "compact", "mustFirst", "mustCompact", "append %s 1", "prepend %s 1", "without %s 1", "has 1", "slice", "concat", "chunk 2", "deepCopy", "typeIs \"string\"", "typeIsLike \"semver.Version\"", "kindIs \"slice\"", "dict", "list", "addf", "add1f", "subf", "mulf", "divf", "duration", "durationRound", "htmlDate | len", "ternary 1 2"} {
		if !strings.Contains(f, "%s") {
			if at := strings.Index(f, " |"); at >= 0 {
				f = f[:at] + " %s" + f[at:]
			} else {
				f += " %s"
			}
		}
		every(f, values)
	}
	few := []string{"nil", "0", "3", "-2", "2.5", "\"7\"", "\"x\"", "true", "(int64 9)"}
	for _, f := range []string{"add", "sub", "mul", "div", "mod", "max", "min", "addf", "subf", "mulf", "divf", "maxf", "minf", "deepEqual", "coalesce", "cat", "quote", "list", "has"} {
		every(f+" %s %s", few, few)
	}
	big := []string{"9223372036854775807", "-9223372036854775808", "-1", "1"}
	for _, f := range []string{"add", "sub", "mul", "div", "mod"} {
		every(f+" %s %s", big, big)
	}
	floats := []string{"0.1", "0.2", "1.0", "3.0", "-7.0", "1e+17", "1e-17", "123456789.123456789", "1e+300", "1e-300", "5e-324", "0.30000000000000004"}
	for _, f := range []string{"addf", "subf", "mulf", "divf", "maxf", "minf"} {
		every(f+" %s %s", floats, floats)
	}
	every("round %s %s", []string{"3.14159", "-3.14159", "2.5", "-2.5", "0.5", "\"1.005\"", "1e+20", "123.456", "nil", "(float64 \"inf\")", "(float64 \"nan\")"}, []string{"0", "1", "2", "5", "-1", "-2", "15", "22", "23", "300", "308", "309", "-308", "-320", "-330", "5000", "-5000", "9223372036854775807", "-9223372036854775808"})
	every("round %s %s %s", []string{"3.14159", "-2.5", "2.44"}, []string{"0", "1"}, []string{"0.1", "0.44", "0.9", "-1.0", "1"})
	every("until %s", []string{"-3", "-1", "0", "1", "4"})
	every("untilStep %s %s %s", []string{"-3", "0", "5"}, []string{"-4", "0", "6"}, []string{"-2", "0", "1", "3"})
	every("seq %s", []string{"-2", "0", "1", "3"})
	every("seq %s %s", []string{"-2", "0", "3"}, []string{"-2", "0", "3"})
	every("seq %s %s %s", []string{"-2", "0", "3"}, []string{"-2", "0", "1", "2"}, []string{"-2", "0", "3", "9"})
	show("seq")
	show("seq 1 2 3 4")

	lists := []string{"(list)", "(list 1 2 3 4 5)", "(list \"b\" \"a\" \"b\" nil \"\" 0)", "(until 4)", "(splitList \",\" \"x,y,x\")", "(list (list 1) (list 1) (dict \"a\" 1) (dict \"a\" 1) (dict \"a\" 2))", "(chunk 2 (list 1 2 3))", "(list 1 (int64 1) 1.0 \"1\" true)"}
	for _, f := range []string{"rest", "initial", "reverse", "uniq", "compact", "first", "last", "join \",\"", "sortAlpha", "toStrings", "concat", "concat (list 9)", "append %s (list 1)", "mustPrepend %s nil", "without %s 1 \"b\"", "without %s \"x\" nil", "mustWithout %s (list 1)", "has \"b\"", "has (dict \"a\" 2)", "has nil"} {
		if !strings.Contains(f, "%s") {
			f += " %s"
		}
		every(f, lists)
	}
	every("chunk %s %s", []string{"-6", "-5", "-2", "-1", "0", "1", "2", "3", "5", "9"}, []string{"(list)", "(list 1)", "(list 1 2 3 4 5)", "(until 4)"})
	bounds := []string{"-1", "0", "1", "3", "5", "\"2\"", "2.9", "nil"}
	every("slice %s %s", []string{"(list 1 2 3 4 5)", "(list \"a\")", "(list)"}, bounds)
	every("mustSlice %s %s %s", []string{"(list 1 2 3 4 5)"}, bounds, bounds)

	ends := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "16", "17"}
	var made []string
	for _, n := range []string{"1", "2", "3", "5"} {
		for _, f := range []string{"until %s", "slice (until %s) 1", "append (until %s) 1", "prepend (until %s) 1", "uniq (until %s)", "compact (until %s)", "concat (until %s)", "rest (until %s)", "initial (until %s)", "reverse (until %s)", "deepCopy (until %s)", "deepCopy (append (until %s) 1)", "toStrings (until %s)", "splitList \"1\" (repeat %s \"010\")", "regexFindAll \"1\" (repeat %s \"010\") -1", "regexSplit \"1\" (repeat %s \"010\") -1", "fromJson (printf \"[0%%s]\" (repeat %s \",1\"))", "(fromJson (printf \"{\\\"a\\\": [0%%s]}\" (repeat %s \",1\"))).a"} {
			made = append(made, fmt.Sprintf("("+f+")", n))
		}
	}
	every("slice %s 0 %s", made, ends)
	every("slice (slice %s 1 2) 0 %s", made[:36], ends[:5])
	show("slice (list 1 2 3) 0 4")
	show("slice (keys (dict \"a\" 1 \"b\" 2 \"c\" 3)) 3 4")
	show("slice (values (dict \"a\" 1 \"b\" 2 \"c\" 3)) 3 4")
	show("slice (pluck \"a\" (dict \"a\" 1) (dict \"a\" 2) (dict \"a\" 3)) 2 4")

	maps := []string{"nil", "(dict)", "(dict \"a\" 1)", "(dict \"a\" 0 \"b\" (dict \"x\" 1 \"y\" \"\") \"c\" nil \"l\" (list 1))", "(dict \"a\" \"new\" \"b\" (dict \"y\" 2 \"z\" 3) \"c\" (dict) \"l\" (list))", "(dict \"b\" \"text\" \"l\" (dict \"k\" 1))", "(dict \"b\" nil \"a\" \"\" \"l\" nil)", "(dict \"l\" (splitList \",\" \"p,q\") \"a\" false)"}
	for _, f := range []string{"merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"} {
		every(f+" %s %s", maps, maps)
	}
	every("merge (dict) %s %s", maps, maps)
	every("mergeOverwrite %s %s (dict \"a\" 5)", maps, maps)
	for _, f := range []string{"get %s \"a\"", "hasKey %s \"a\"", "set %s \"n\" 1", "unset %s \"a\"", "pick %s \"a\" \"q\"", "omit %s \"a\" \"q\"", "pluck \"a\" %s (dict \"a\" 7)", "keys %s | sortAlpha", "values %s | len", "deepCopy %s", "dig \"b\" \"x\" \"none\" %s", "dig \"b\" \"none\" %s", "dig \"b\" \"q\" \"r\" nil %s", "dig 1 \"none\" %s", "urlJoin %s"} {
		every(f, maps)
	}
	every("dict %s %s", values[:20], []string{"1", "nil"})
	for _, e := range []string{"dig", "dig \"a\"", "dig \"a\" \"b\"", "dig \"a\" \"b\" \"c\"", "dig nil \"b\" (dict)", "dict", "merge", "pluck \"a\"", "keys", "list", "concat", "coalesce", "all", "any", "add", "addf", "cat", "quote", "mergeOverwrite (dict \"m\" (split \",\" \"a\")) (dict \"m\" (dict \"_0\" 1))", "merge (dict \"m\" (split \",\" \"a\")) (dict \"m\" (dict \"x\" 1))", "set nil \"a\" 1", "hello", "fail \"why\"", "fail \"\"", "getHostByName \"localhost\" | len"} {
		if !strings.HasPrefix(e, "getHost") {
			show(e)
		}
	}
	run(`{{ $d := dict "a" (dict "x" 1) }}{{ $c := deepCopy $d }}{{ $_ := set $c.a "x" 2 }}{{ $_ := merge $d (dict "a" (dict "y" 3)) }}{{ $d }} {{ $c }}`)
	run(`{{ $s := dict "a" (dict "x" 1) }}{{ $d := merge (dict) $s }}{{ $_ := set $d.a "y" 2 }}{{ $s }} {{ $d }}`)
	run(`{{ $l := list 1 2 }}{{ $m := append $l 3 }}{{ $n := append $l 4 }}{{ $l }} {{ $m }} {{ $n }}`)

	for _, f := range []string{"b64dec", "b32dec"} {
		every(f+" %s", words("", "a", "aa", "aaa", "aaaa", "aa==", "aaa=", "aa=", "a===", "=", "aa==a", "aa==\n", "a\na\n=\n=", "aa=x", "aaaaa", "aaaaaaaa", "aaaaaaa*", "aaaa*aaa", "YWJj\r\nZA==", "MFRGG===", "MFRGG", "MFRG====", "MFR=====", "MF======", "M=======", "MFRGGZDF", "MFRGGZDFMZTWQ2LK", "mfrgg===", "MFRGG==x", "MFRGG===x", "MFRGGZ==", "MFRGGZD=", "MF=RGG==", "1", "/w==", "_w=="))
	}
	for _, f := range []string{"fromJson", "mustFromJson"} {
		every(f+" %s", words("", "null", "1", "1.5e3", "\"a\"", "[1, \"b\", null, true]", `{"a": {"b": [1]}}`, "{", "[1,]", "nope", `{"a": 1} x`))
	}
	every("toJson %s", values)
	for _, f := range []string{"toJson", "mustToJson", "toPrettyJson", "mustToPrettyJson", "toRawJson", "mustToRawJson"} {
		every(f+" %s", values[len(values)-15:])
		every(f+" %s", []string{"\"<a> & b\"", "(dict \"k\" (list 1 2.5 (dict)) \"<\" \">\")", "(list)"})
	}

	patterns := words("", "a", "a+", "(a)(b)?", "[a", "x*", "^a", "b$", "(?i)A", "(?P<n>a)", "\\d", "a`[", "鲸", ",")
	subjects := words("", "a", "abab", "xaax", "蓝鲸a", "A,b,c", "12")
	for _, f := range []string{"regexMatch", "regexFind"} {
		every(f+" %s %s", patterns, subjects)
		every("mustR"+f[1:]+" %s %s", patterns[:5], subjects)
	}
	for _, f := range []string{"regexFindAll", "regexSplit"} {
		every(f+" %s %s %s", patterns, subjects, []string{"-1", "0", "2"})
		every("mustR"+f[1:]+" %s %s 1", patterns[:5], subjects)
	}
	for _, f := range []string{"regexReplaceAll", "regexReplaceAllLiteral"} {
		every(f+" %s %s %s", patterns, subjects, words("", "[$1]", "${n}-$0"))
		every("mustR"+f[1:]+" %s %s \"X\"", patterns[:5], subjects)
	}

	versions := words("1.2.3", "v1.2", "1", "1.2.3-beta.1+build", "", "x", "1.2.3.4", "01.2.3", "1.30.0-gke.100")
	every("semver %s | toString", versions)
	for _, m := range []string{"Major", "Minor", "Patch", "Prerelease", "Metadata", "Original", "String", "IncPatch", "IncMinor", "IncMajor", "IncMajor.Major", "Nope"} {
		run("{{ $v := (semver \"v1.2.3-rc.1+b\")." + m + " }}{{ typeOf $v }} {{ $v }}")
	}
	for _, m := range []string{"Compare", "LessThan", "GreaterThan", "Equal", "LessThanEqual", "GreaterThanEqual"} {
		run("{{ (semver \"1.2.3\")." + m + " (semver \"1.3.0\") }} {{ (semver \"1.2.3\")." + m + " (semver \"1.2.3\") }}")
		run("{{ (semver \"1.2.3\")." + m + " \"1.2.3\" }}")
	}
	run(`{{ semver "1.2.3" | toJson }} {{ printf "%v %s %d" (semver "1.2.3") (semver "1.2.3") 1 }}`)
	every("semverCompare %s %s", words("^1.2.0", ">=1.0.0 <2", "1.x || 3", "~1.2", "!=1.2.3", ">1.2.3-0", "*", "", "x", ">=1.30-0"), versions)

	zones := words("UTC", "", "Local", "Asia/Shanghai", "America/New_York", "Nowhere/Land")
	layouts := words("2006-01-02T15:04:05Z07:00", "Mon Jan _2 15:04:05 MST 2006", "06/1/2 3:04PM", "", "no date", "2006-002 .000 ,999")
	dates := []string{"0", "(int64 1700000000)", "1700000000", "(toDate \"2006-01-02\" \"2020-02-29\")", "(int64 -62135596800)"}
	every("dateInZone %s %s %s", layouts, dates, zones)
	every("date_in_zone \"15:04\" %s %s", dates, zones)
	every("date %s %s", layouts, dates)
	every("htmlDate %s", dates)
	every("htmlDateInZone %s %s", dates, zones)
	parsed := words("2020-02-03", "2020-13-01", "", "x", "2020-02-03 04:05", "2020-02-30")
	every("toDate \"2006-01-02\" %s | toString", parsed)
	every("mustToDate \"2006-01-02\" %s | toString", parsed)
	every("toDate \"2006-01-02 15:04 MST\" %s | unixEpoch", words("2020-02-03 04:05 UTC", "2020-02-03 04:05 CET", "x"))
	modifications := words("24h", "-1.5h", "1d", "", "90m30s", "9999999h")
	for _, f := range []string{"dateModify", "date_modify", "mustDateModify", "must_date_modify"} {
		every("toDate \"2006-01-02\" \"2020-01-01\" | "+f+" %s | toString", modifications)
	}
	for _, f := range []string{"typeOf", "kindOf", "empty", "toString", "toJson", "quote", "squote", "cat", "int", "kindIs \"struct\"", "join \",\"", "toStrings", "deepEqual (toDate \"2006\" \"2020\")", "sortAlpha"} {
		show(f + " (toDate \"2006\" \"2020\")")
	}
	show("unixEpoch 5")
	show("dateModify \"1h\" 5")
	every("durationRound %s", append(words("2h10m5s", "3600s", "3601s", "8761h", "800h", "25h", "61s", "1s", "1.5s", "", "x", "-2h5m", "1000000h", "1ns"), "(int64 3600000000001)", "3600000000001", "(int64 -9223372036854775808)"))
	every("duration %s", append(words("95", "", "x", "-1", "99999999999", "99999999999999999999", "-99999999999999999999", "1.5"), "(int64 95)", "95", "(int64 9223372036854775807)"))

	urls := words("", "https://user:p%40ss@host.example:8080/a/b%20c?x=1&y=2#frag", "http://[::1]:80/x", "mailto:a@b.c", "/only/path", "//host/p", "http://h/%zz", "a b", ":x", "http://host:port/", "HTTP://HOST/", "http://h?q", "http://h#", "http://用户@例.中国/路")
	every("urlParse %s", urls)
	every("urlParse %s | urlJoin", urls)
	for _, d := range []string{`(dict "scheme" "http" "host" "h:1" "path" "p" "query" "a=b" "fragment" "f g" "userinfo" "u:p")`, `(dict "userinfo" "u@x/y")`, `(dict "host" 1)`, `(dict "path" nil)`, `(dict "opaque" "o" "scheme" "s")`, `(dict "host" "h" "path" "//x")`, `(dict "path" "a:b")`, `(dict "userinfo" "%zz")`} {
		show("urlJoin " + d)
	}

	every("derivePassword 1 %s %s \"user\" \"example.com\"", words("long", "nope"), words("蓝鲸"))
	show(`derivePassword 4294967295 "maximum" "p" "u" "s"`)
	for _, n := range []string{"-1", "0", "1", "20"} {
		for _, f := range []string{"randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes"} {
			show(f + " " + n + " | len")
		}
	}
	for _, e := range []string{"randInt 5 6", "randInt 5 5", "randInt 6 5", "uuidv4 | len", "shuffle \"\"", "shuffle \"aaa\"", "shuffle \"a\\xff\" | len", "bcrypt \"x\" | trunc 7", "htpasswd \"a:b\" \"x\"", "htpasswd \"u\" \"x\" | trunc 9", "bcrypt (repeat 73 \"x\")", "bcrypt (repeat 72 \"x\") | len", "encryptAES \"k\" \"\"", "decryptAES \"k\" \"\"", "decryptAES \"k\" \"x\"", "decryptAES \"k\" \"YWJj\"", "decryptAES \"secret\" \"30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=\"", "decryptAES \"wrong\" \"30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=\"", "decryptAES \"k\" \"AAAAAAAAAAAAAAAAAAAAAA==\"", "decryptAES \"k\" \"AAAAAAAAAAAAAAAAAAAAAAAA\"", "encryptAES \"k\" \"蓝鲸\" | decryptAES \"k\"", "genPrivateKey \"x\"", "genPrivateKey \"ecdsa\" | trunc 30", "genPrivateKey \"ed25519\" | len", "genCA \"a\" 1 | typeOf", "(genCA \"a\" 1).Key | trunc 31", "(genCA \"a\" 1).Nope", "genSelfSignedCert \"a\" (list 1) nil 1", "genSelfSignedCert \"a\" (list \"x\") nil 1", "genSelfSignedCert \"a\" nil (list 1) 1", "genSelfSignedCert \"a\" nil (list \"é\") 1", "genSelfSignedCertWithKey \"a\" nil nil 1 \"x\"", "genCAWithKey \"a\" 1 \"-----BEGIN X-----\\n-----END X-----\\n\"", "genSelfSignedCert \"a\\xff\" nil nil 1", "buildCustomCert \"!\" \"\"", "buildCustomCert \"\" \"!\"", "buildCustomCert \"YQ==\" \"YQ==\"", "genSignedCert \"a\" nil nil 1 (buildCustomCert \"\" \"\")", "genSignedCert \"a\" nil nil 1 1", "(genSignedCert \"a\" nil (list \"b.c\") 1 (genCA \"ca\" 1)).Cert | trunc 27", "genCA \"a\" 5000000 | kindOf"} {
		show(e)
	}
}
