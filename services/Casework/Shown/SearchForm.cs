using System.Text;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>
/// The form in which texts are searched and compared: Traditional as Simplified, full width as plain, small letters, blanks
/// folded. The original is kept as it came. Doors see all of these mixed (domain.md 1.3).
/// </summary>
static class SearchForm
{
    // Pairs of a Traditional and its Simplified character: what letters about a city's affairs are made of. Only characters
    // with one Simplified form that fits in every word stand here.
    const string Pairs =
        "國国學学會会對对時时間间個个來来這这說说們们為为無无與与開开關关問问題题長长門门車车東东見见現现電电話话號号請请謝谢讓让認认識识該该許许論论設设訪访證证評评詢询訊讯記记訂订計计討讨訓训議议護护譯译讀读變变語语誤误調调談谈諾诺謀谋講讲課课誰谁" +
        "責责財财貧贫貨货販贩貫贯貴贵買买貸贷費费資资賓宾賣卖賠赔賢贤質质賬账購购贈赠贊赞貼贴貿贸賀贺負负貢贡貪贪賴赖賺赚賽赛軍军軟软軸轴較较載载輔辅輕轻輛辆輝辉輩辈輪轮輸输轄辖轉转轎轿轟轰輯辑針针釣钓鈔钞鈣钙鈴铃鉛铅鋁铝鋪铺銀银銅铜銷销鋒锋鋼钢錄录" +
        "錢钱錦锦錯错鍋锅鍵键鎖锁鎮镇鏡镜鐘钟鐵铁鑒鉴鑽钻鏈链鍛锻鋸锯閃闪閉闭閒闲閘闸閱阅闊阔闖闯闡阐闢辟閣阁聞闻悶闷閩闽陣阵陰阴陳陈陸陆陽阳隊队階阶際际隨随險险隱隐隴陇難难雙双雜杂離离雞鸡雲云霧雾靈灵靜静韓韩韻韵響响頁页頂顶項项順顺須须頑顽頒颁頓顿" +
        "預预領领頭头頻频顆颗額额顏颜願愿類类顧顾顯显顛颠頸颈頰颊賈贾風风飄飘飛飞飯饭飲饮飼饲飽饱飾饰餃饺養养餅饼餓饿館馆餘余饑饥馬马馮冯駕驾駐驻駛驶騎骑騙骗騰腾驗验驚惊驅驱騷骚骯肮髒脏體体鬥斗鬧闹魚鱼鮮鲜鯨鲸鳥鸟鳳凤鳴鸣鴨鸭鵝鹅鹽盐麗丽麥麦黃黄點点" +
        "黨党齊齐齒齿齡龄龍龙龐庞龜龟醫医醬酱釀酿釋释採采鄉乡鄧邓鄭郑鄰邻郵邮遠远邊边過过還还進进連连運运達达違违遞递遲迟遷迁適适選选遺遗遼辽邁迈遊游週周逕径農农辦办辭辞辯辩邏逻規规視视親亲覺觉覽览觀观觸触葉叶葷荤蒼苍蓋盖蓮莲蔣蒋蕭萧薦荐藍蓝藝艺藥药" +
        "蘇苏蘭兰蘋苹蘆芦華华莊庄莖茎萬万榮荣營营慶庆虧亏處处虛虚蟲虫蝦虾蟻蚁蠟蜡衛卫衝冲術术袞衮裝装裡里補补製制複复襪袜紀纪紅红約约級级紋纹納纳紙纸純纯紛纷紡纺細细紳绅紹绍終终組组結结絕绝絡络給给絨绒統统絲丝經经綁绑綠绿維维綱纲網网綜综綢绸綫线線线" +
        "緊紧緒绪緣缘編编緩缓練练緻致縣县縫缝縮缩縱纵績绩總总織织繞绕繪绘繳缴繼继續续纖纤纜缆罰罚羅罗習习聖圣聯联聲声職职聽听肅肃腎肾腦脑腫肿腳脚膚肤膠胶膽胆臉脸臟脏臨临臺台舉举舊旧艙舱艦舰艱艰礎础碼码確确磚砖礦矿禮礼禍祸種种稱称穩稳積积穀谷窮穷竊窃" +
        "競竞筆笔節节範范築筑簡简簽签籃篮籌筹糧粮糾纠產产畝亩畢毕畫画異异當当疊叠療疗癥症瘋疯發发皺皱盜盗監监盤盘眾众睜睁瞭了礙碍業业極极構构槍枪樂乐樓楼標标樣样樹树橋桥機机橫横檔档檢检櫃柜權权欄栏條条棄弃棗枣棟栋楊杨楓枫歡欢歲岁歷历歸归殘残殺杀毀毁" +
        "氣气決决沒没況况淚泪淨净淺浅減减測测渾浑湧涌湯汤溝沟溫温滅灭滯滞滬沪滿满漁渔漢汉漲涨漸渐潔洁潛潜潤润澤泽澆浇濁浊濃浓濕湿濟济濤涛濾滤瀏浏灑洒灘滩灣湾災灾烏乌煙烟煩烦熱热燈灯燒烧燙烫爐炉爛烂爭争爺爷牆墙牽牵犧牺狀状狹狭獎奖獨独獲获獻献獸兽獄狱" +
        "環环瑪玛璽玺瓊琼戶户戲戏戰战掃扫掛挂捨舍揀拣揚扬換换揮挥損损搖摇搶抢摟搂撐撑撥拨撫抚撲扑撿捡擁拥擇择擊击擋挡擔担據据擠挤擬拟擴扩擺摆擾扰攝摄攔拦敗败敵敌數数斷断於于晉晋晝昼暈晕暢畅暫暂曉晓曆历曠旷書书恆恒惡恶惱恼愛爱態态慘惨慣惯憂忧憲宪憶忆" +
        "應应懇恳懷怀懸悬懲惩懶懒廠厂廢废廣广廚厨廟庙廳厅庫库彈弹強强彎弯張张彙汇徵征徑径從从復复徹彻後后師师帳帐帶带幣币幫帮幹干幾几嶺岭島岛峽峡嶽岳巖岩巔巅層层屆届屬属屢屡尋寻導导專专將将寧宁實实寫写寬宽審审寵宠寶宝婦妇媽妈嬰婴孫孙奪夺奮奋奧奥妝妆" +
        "場场塊块塗涂塵尘墊垫墳坟墜坠壓压壞坏壇坛壩坝壯壮執执報报堅坚堯尧壽寿夠够夢梦夾夹圍围園园圓圆圖图團团喪丧嗎吗嘗尝嘆叹噴喷嚇吓嚴严嚮向囑嘱啟启員员唄呗單单喚唤協协參参叢丛吳吴呂吕區区卻却厭厌厲厉卹恤劃划劇剧劉刘劍剑劑剂勁劲動动務务勝胜勞劳勢势" +
        "勳勋勵励勸劝則则創创刪删倉仓倫伦偉伟側侧偵侦偽伪傑杰備备傳传債债傷伤傾倾僅仅僑侨價价儀仪億亿儉俭償偿優优儲储兒儿內内兩两冊册凍冻凱凯別别併并侖仑俠侠係系並并亂乱亞亚亙亘佈布佔占倆俩丟丢諮咨裏里爲为衆众啓启羣群峯峰盡尽儘尽蹤踪隻只祇只麼么錶表" +
        "僱雇鬆松鬍胡鬚须鑰钥鏽锈闆板屍尸彥彦攤摊敘叙暱昵樁桩欽钦歐欧洩泄淵渊滷卤渦涡爾尔猶犹瑣琐癒愈盧卢睏困矯矫碩硕禦御禿秃稅税稟禀窩窝竄窜豎竖筍笋籲吁紮扎紐纽絞绞緯纬縛缚繩绳繡绣罵骂罷罢羨羡義义聰聪聳耸脅胁脫脱腸肠膩腻臘腊艷艳蔥葱薩萨蘿萝虜虏蝕蚀" +
        "蠶蚕蠻蛮襯衬訴诉診诊詐诈詞词試试詩诗詳详誇夸誌志誠诚誘诱諒谅諸诸謂谓謊谎謠谣譽誉讚赞豐丰貓猫賭赌賤贱賦赋贏赢趙赵趕赶趨趋跡迹踐践躍跃轍辙迴回遜逊鄒邹醜丑鉤钩銘铭鍊炼鎊镑鏟铲鑄铸鑼锣閏闰閥阀隸隶雖虽韋韦頌颂飢饥饒饶駁驳駝驼驟骤鬱郁魯鲁鷹鹰鹼碱" +
        "麵面黴霉齋斋氫氢慮虑憑凭憤愤憐怜懼惧戀恋拋抛挾挟搗捣摯挚摺折撈捞撓挠擱搁擲掷攏拢攪搅攬揽斃毙暉晖棲栖槳桨樸朴橢椭檸柠櫻樱殼壳毆殴滲渗滾滚澀涩瀝沥瀕濒潑泼潰溃濱滨瀉泻煉炼燦灿燭烛獅狮獵猎瑩莹瘡疮癱瘫矚瞩砲炮穫获窪洼興兴";

    // What each character becomes; a blank of any kind is one.
    static readonly char[] becomes = Table();

    static char[] Table()
    {
        var simplified = Pairs.Chunk(2).ToDictionary(p => p[0], p => p[1]);
        var table = new char[char.MaxValue + 1];
        for (var c = 0; c < table.Length; c++)
        {
            var plain = char.ToLowerInvariant(Width.Narrow((char)c));
            table[c] = char.IsWhiteSpace(plain) ? ' ' : simplified.GetValueOrDefault(plain, plain);
        }
        return table;
    }

    public static string Of(params IEnumerable<string> parts)
    {
        var form = new StringBuilder();
        foreach (var part in parts)
        {
            if (form.Length > 0 && form[^1] != ' ') form.Append(' ');
            foreach (var typed in part)
            {
                var c = becomes[typed];
                if (c != ' ' || (form.Length > 0 && form[^1] != ' ')) form.Append(c);
            }
        }
        return form.ToString().TrimEnd();
    }

    /// <summary>Text that a text column can hold: without NUL.</summary>
    public static string Storable(string text) => text.Contains('\0') ? text.Replace("\0", "") : text;
}
