//go:build ignore

// Prints regexp.txt: errors of Go's regexp, and for the patterns that compile what they find in each text.
package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var q = strconv.Quote

func main() {
	deep := strings.Repeat("(", 200) + "a" + strings.Repeat(")", 200)
	patterns := []string{
		``, `a`, `abc`, `a*`, `a+`, `a?`, `a*?`, `a+?`, `a??`, `(a)(b)?`, `(a|ab)(c|bcd)(d*)`, `(?:a|b)*`, `(a*)*`, `(a*)+`, `(|a)*`, `(|a)+`, `(a|b)*?c`, `^`, `$`, `^$`, `(?m)^`, `(?m)$`, `(?m)^.`, `.`, `(?s).`, `\b`, `\B`, `\bfoo\b`,
		`\d+`, `\D+`, `\w+`, `\W+`, `\s`, `\S+`, `[[:alpha:]]+`, `[[:^alpha:]]+`, `[[:space:]]`, `[[:word:]]+`, `[^a]`, `[^\n]`, `[a-c]`, `[a\-c]`, `[-a]`, `[a-]`, `[]a]`, `[^]a]`, `[a&&b]`, `[a~~b]`, `[a--b]`, `[[a]`, `[\]]`, `[\d\-x]`, `[\D]`,
		`\pL+`, `\p{Lu}`, `\p{Greek}+`, `\P{Greek}`, `\p{^Greek}`, `\p{Han}+`, `\p{greek}`, `\p{Lowercase_Letter}`, `\p{Any}`, `\p{ASCII}+`, `\p{Assigned}`, `\p{LC}`, `\pN`, `\p{C}`, `[\p{Lu}\d]`, `[^\p{Lu}]`, `(?i)\p{Lu}`, `(?i)\P{Lu}`,
		`(?i)k`, `(?i)s`, `(?i)[k-l]`, `(?i)[^k]`, `(?i)\w`, `(?i)straße`, `(?i)ǆ`, `(?i)σ`, `(?i:a)b`, `(?i)a(?-i)b`, `(?i)a(?-i:b)c`, `a(?i)b|c`, `(?U)a+`, `(?U)a+?`, `(?ms)^.*$`, `(?s-i)a.`, `(?P<n>a)(?P<m>b)`, `(?<n>a)`, `(?P<n>a)|(?P<n>b)`,
		`\Qa.b\E`, `\Q`, `\Qa`, `\Q\E`, `\Qab\E+`, `\Q\\E`, `\.`, `\_`, `\x41`, `\x{1F600}`, `\x{fffd}`, `\101`, `\0`, `\a\f\n\r\t\v`, `\-`, `\/`, `\A`, `\z`, `\Aa`, `a\z`, `{`, `a{`, `a{,2}`, `a{1`, `a{x}`, `a{2}`, `a{2,}`, `a{1,2}`, `a{0}`, `(a){0}b`, `(a){0}(b)`, `a{01}`, `a{1000}`, `a{0,1}?`,
		`a|b|`, `|a`, `(|)`, `()`, `(?:)`, `(?i)`, `x*`, `(?:x?)*`, `b*`, `(a+)(b+)`, `((a)|b)*`, `(a)|(b)`, `蓝`, `[蓝-鲸]+`, `é`, `\x{e9}`, `(?i)É`, `^a|b$`, `a$b`, `a^b`, `(foo|foobar)(bar)?`, `foo(?:bar)?$`, `([a-z]+)://([^/]+)(/.*)?`, `^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?$`,
		`(^|[^a])b`, `a**`, `a*+`, `a++`, `a?*`, `a{2}{3}`, `a{2}*`, `a*{2}`, `(a*)*`, `(?:a{10}){100}`, `(?:a{10}){101}`, `(?:(?:a{10}){10}){11}`, `((a{100}){10}){1}`, `a{1001}`, `a{1,1001}`, `a{2,1}`, `a{99999999999}`, `*`, `+a`, `?`, `{1}`, `a|*`, `(*)`, `(+a)`, `^*`, `$+`, `\b+`, `(?i)*`, `a(?i)*`,
		`(`, `)`, `a)`, `(a`, `((a)`, `(?`, `(?:`, `(?i`, `(?i:`, `(?x)`, `(?ix:a)`, `(?-)`, `(?--i)`, `(?i-)`, `(?i-:a)`, `(?-i)a`, `(?P`, `(?P<`, `(?P<n`, `(?P<n>`, `(?P<>a)`, `(?P<a b>c)`, `(?P<é>c)`, `(?P=n)`, `(?<`, `(?<n`, `(?<=a)b`, `(?<!a)b`, `(?=a)`, `(?!a)`, `(?>a)`, `(?#c)`, `(?'n'a)`,
		`[`, `[a`, `[]`, `[^]`, `[^`, `[a-`, `[z-a]`, `[a-\d]`, `[\d-z]`, `[[:foo:]]`, `[[:alpha:]`, `[[:alpha]`, `[:alpha:]`, `[\q]`, `[\b]`, `[a-b-c]`, `\`, `a\`, `\1`, `\8`, `\9`, `\18`, `\x`, `\x4`, `\x4g`, `\x{`, `\x{}`, `\x{g}`, `\x{110000}`, `\x{41`, `\q`, `\C`, `\Z`, `\G`, `\K`, `\R`, `\h`, `\e`, `\u0041`, `\é`, `\p`, `\p{`, `\p{Foo}`, `\pX`, `\p{Old_Italic}`, `\p{}`, `[\p{Foo}]`, `[\p`,
		"a\xffb", "[\xff]", "(?P<\xff>a)", "\\Q\xff\\E", "(?\xff)", "\\\xff", "\\p{\xff}", "\xff", deep,
		strings.Repeat("(?:", 1500) + "a" + strings.Repeat(")", 1500), strings.Repeat("(", 1500) + "a" + strings.Repeat(")", 1500), `((a{100}){100})`, `(((a{10}){10}){10}){2}`, `[[:word:]-]+`, `[\w.-]+@[\w.-]+`, `(?i)[[:upper:]]`, `[^[:space:]]+`, `\s+`, `,\s*`, `[,;]`, `(?m)^\s*#.*$`, `a.c`, `a(b)c`, `(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)?`,
	}
	texts := []string{"", "a", "abc", "aaa", "abcd", "aab baa", "foo bar foobar", "a\nb\n\nc", "X1 y_2-z", "蓝鲸 é É a", "Ωσς ǅ ſtraßE STRASSE K", "a\xffb\xe8\x93", "http://ex.com/p?q", "v1.2.3", "a.b,c; d", "[]-^&~\\", "\t\v\f\r\n\x00", "😀\u2028a\u0301", "abcdefghijk"}
	for _, pattern := range patterns {
		re, err := regexp.Compile(pattern)
		if err != nil {
			fmt.Printf("error\t%s\t%s\n", q(pattern), q(err.Error()))
			continue
		}
		for _, text := range texts {
			fmt.Printf("find\t%s\t%s\t%s\t%s\t%s\n", q(pattern), q(text), spans(re.FindAllStringSubmatchIndex(text, -1)...), spans(re.FindAllStringIndex(text, 2)...), q(re.ReplaceAllString(text, "<$0|$1>")))
		}
	}
	for _, c := range [][]string{{`a`, "banana"}, {`a*`, "baaac"}, {``, "蓝ab"}, {`x`, "abc"}, {`a`, "a"}, {`^`, "ab"}, {`$`, "ab"}, {`b*`, "abba"}, {`,`, ",a,,b,"}, {`\s+`, " a b  c "}, {``, ""}, {`a`, ""}, {`z*`, "aé"}, {`x*`, "axxb"}, {`.`, "a\xffb"}} {
		re := regexp.MustCompile(c[0])
		for _, n := range []int{-1, 0, 1, 2, 3, 10} {
			fmt.Printf("split\t%s\t%s\t%d\t%s\n", q(c[0]), q(c[1]), n, q(fmt.Sprintf("%q", re.Split(c[1], n))))
		}
		for _, replacement := range []string{"", "-", "$", "$$", "$$$", "$0", "${0}", "$0x", "${0}x", "$1", "${1", "${}", "$x", "$é", "a$", "\xff$0", "$0$0"} {
			fmt.Printf("replace\t%s\t%s\t%s\t%s\t%s\n", q(c[0]), q(c[1]), q(replacement), q(re.ReplaceAllString(c[1], replacement)), q(re.ReplaceAllLiteralString(c[1], replacement)))
		}
	}
	for _, c := range [][]string{{`(?P<k>\w+)=(?P<v>\w*)`, "a=1 b= c=蓝"}, {`(a)(b)?(?P<c>c)?`, "abc ab a"}, {`(?P<x>a)|(?P<x>b)`, "ab"}, {`(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)`, "abcdefghijkl"}} {
		re := regexp.MustCompile(c[0])
		for _, replacement := range []string{"$2-$1", "${v}:${k}", "$k$v", "$1x$2", "${1}x${2}", "[$c]", "$x", "$11", "${11}", "$01", "$1_", "$1é", "$99999999999"} {
			fmt.Printf("replace\t%s\t%s\t%s\t%s\t%s\n", q(c[0]), q(c[1]), q(replacement), q(re.ReplaceAllString(c[1], replacement)), q(re.ReplaceAllLiteralString(c[1], replacement)))
		}
	}
	for _, text := range []string{"", "abc", `a.b*c+d?(e)|[f]{g}^h$\i/-_`, "蓝.鲸", "\xff."} {
		fmt.Printf("quotemeta\t%s\t%s\n", q(text), q(regexp.QuoteMeta(text)))
	}
}

func spans(matches ...[]int) string {
	var out []string
	for _, m := range matches {
		var one []string
		for i := 0; i < len(m); i += 2 {
			if m[i] < 0 {
				one = append(one, "-")
			} else {
				one = append(one, fmt.Sprintf("%d:%d", m[i], m[i+1]))
			}
		}
		out = append(out, strings.Join(one, " "))
	}
	return strings.Join(out, ",")
}
