using InquiryHub.Casework;

namespace InquiryHub.Decisions.Tests.Casework;

/// <summary>What is looked for, as it is compared with what was said.</summary>
public sealed class SearchWordsTests
{
    [Theory]
    [InlineData("路燈　不亮", "路灯|不亮")]
    [InlineData("  ＱＱ  qq 群 ", "qq|群")]
    [InlineData("灯 坏", "灯|坏")]
    [InlineData("a\0b", "ab")]
    public void Words_are_read_in_the_form_of_what_was_said_each_once(string typed, string words) => Assert.Equal(words.Split('|'), SearchWords.Read(typed));

    [Theory]
    [InlineData("")]
    [InlineData("　 ")]
    [InlineData("灯")]
    [InlineData("\U00020BB7")] // one character of two code units
    [InlineData("一 二 三 四 五 六")]
    public void Too_little_and_too_many_words_are_no_search(string typed) => Assert.Null(SearchWords.Read(typed));

    [Fact]
    public void A_text_of_more_than_a_hundred_characters_is_no_search() => Assert.Equal((true, true), (SearchWords.Read(new string('灯', 100)) is not null, SearchWords.Read(new string('灯', 101)) is null));

    [Theory]
    [InlineData("100%", @"%100\%%")]
    [InlineData("a_b", @"%a\_b%")]
    [InlineData(@"c\d", @"%c\\d%")]
    public void What_a_word_says_is_no_pattern(string word, string like) => Assert.Equal(like, SearchWords.Like(word));
}
