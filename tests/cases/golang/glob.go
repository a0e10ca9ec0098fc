//go:build ignore

// Prints glob.txt with github.com/gobwas/glob 0.2.3: for each pattern the texts that match, or the error.
package main

import (
	"fmt"
	"math/rand"
	"strconv"
	"strings"

	"github.com/gobwas/glob"
)

func main() {
	q := strconv.Quote
	patterns := []string{"", "*", "**", "?", "??", "a", "a*", "*a", "a*b", "a**b", "a**a", "**a**", "a?", "?a", "*?", "?*", "**?", "*/*", "**/*", "*/**", "**/a", "a/**", "a/**/b", "a/**/*.yaml", "**/*.yaml", "**.yaml", "*.yaml", "conf/*", "conf/*.yaml", "conf/**.yaml", "conf/**/app.yaml",
		"{a,b}", "{a,b}*", "*{a,b}", "{a*,b}", "{*.yaml,*.yml}", "conf/{a,b}.yaml", "conf/{a,b}/*.yaml", "config{,-extra}*.yaml", "config{,-extra}.yaml", "{a,}", "{,a}", "{}", "{a", "{a,b", "a}", "a,b", "{a,{b,c}}", "{{a,b},c}d", "{ab,ac}", "{ab,cb}", "{abc,axc}", "{a/b,a/c}/d", "{a,a}", "{*,a}b", "{a*b*c,d}x*",
		"[a-z]", "[!a-z]", "[abc]", "[!abc]", "[a-z]*", "*[a-z]", "[a-z][0-9]", "a[!/]b", "*[!/]", "?[!/]", "[!/]*[!/]", "[", "[a", "[a-", "[a-z", "[]", "[]a]", "[!]", "[!!]", "[z-a]", "[a-zx]", "[abc-z]", "[-a]", "[a-]", "[\\]]", "[\\-a]", "[^a]", "[a\\", "\\*", "\\", "a\\", "\\{a\\}", "{\\,,b}", "a\\?b", "[?]", "[*]",
		"蓝*", "*蓝", "?蓝", "[蓝鲸]", "[!蓝]", "[一-鿿]", "a蓝?", "日志/*.log", "dashboards/*.json", "files/**/*", "**/templates/*.tpl", "*-*-*", "*.*.*", "a*b*c", "**a*b**", "*a**b*", "***", "****", "a***b", "?**", "/*", "*/", "/", "//", "a//b", ".*", "*.", "{*,**}/b", "{?,??}", "{a?,b?}c", "ab{c,d}ef", "a{b,c}{d,e}f", "a{b*,c}d", "?{a,b}?", "[ab]{c,d}[ef]", "{[ab],c}", "\xff", "\ufffd"}
	texts := []string{"", "a", "b", "ab", "ba", "aa", "abc", "aXb", "a/b", "a/x/b", "a/x/y/b", "a/b.yaml", "a/x/b.yaml", "b.yaml", "b.yml", "conf/app.yaml", "conf/x/app.yaml", "conf/a.yaml", "conf/a/b.yaml", "config.yaml", "config-extra.yaml", "config-extra2.yaml", "configx.yaml",
		"c", "d", "ad", "cd", "a/c/d", "axc", "a1", "[", "]", "-", "*", "\\", "a?b", "{a}", ",", "蓝", "蓝鲸", "a蓝", "蓝a", "a蓝鲸", "日志/x.log", "dashboards/x.json", "dashboards/x/y.json", "files/a", "files/a/b/c", "x/templates/_h.tpl", "templates/_h.tpl", "a-b-c", "1.2.3", "a.b", "aXbYc", "a/b/c", "/", "//", "/a", "a/", ".x", "x.", "abcef", "abdef", "abef", "abdf", "xay", "ace", "bdf", "abd", "abxd", "!", "^", "az"}
	rnd := rand.New(rand.NewSource(1))
	pieces := []string{"a", "b", "ab", "/", "*", "**", "?", "[ab]", "[!a]", "{a,b}", "{a*,b/}", "{,a}", ".x", "[a-b]"}
	for range 600 {
		var b strings.Builder
		for range 1 + rnd.Intn(5) {
			b.WriteString(pieces[rnd.Intn(len(pieces))])
		}
		patterns = append(patterns, b.String())
	}
	for range 60 {
		var b strings.Builder
		for range 1 + rnd.Intn(6) {
			b.WriteString([]string{"a", "b", "/", ".x"}[rnd.Intn(4)])
		}
		texts = append(texts, b.String())
	}
	fmt.Print("texts")
	for _, text := range texts {
		fmt.Print("\t", q(text))
	}
	fmt.Println()
	for _, pattern := range patterns {
		g, err := glob.Compile(pattern, '/')
		if err != nil {
			fmt.Printf("%s\t%s\n", q(pattern), q("error: "+err.Error()))
			continue
		}
		var bits strings.Builder
		for _, text := range texts {
			bits.WriteByte("01"[map[bool]int{true: 1}[g.Match(text)]])
		}
		fmt.Printf("%s\t%s\n", q(pattern), bits.String())
	}
}
